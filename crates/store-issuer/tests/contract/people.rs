//! People: found, searched, counted, and the end of their service.

use issuance::{Format, Offer, ReasonCode, ServiceEnd, Subject};
use store_issuer::{Filter, Page, PersonState};

use super::{TENANT, copy, engines, now, offer, officer, subject};

#[tokio::test]
async fn subjects_are_unique_by_number_and_stay_with_their_tenant() {
    for store in engines().await.stores {
        let mut tx = store.write("test").await.unwrap();
        let first = tx.put_subject(TENANT, &subject("1", "Amina")).await.unwrap();
        let renamed = Subject { id: "other".into(), ..subject("1", "Amina Okafor") };
        assert_eq!(tx.put_subject(TENANT, &renamed).await.unwrap(), first, "the record keeps its identifier");
        tx.commit().await.unwrap();
        let mut tx = store.read().await.unwrap();
        assert_eq!(tx.find_subject(TENANT, &first).await.unwrap().unwrap().name, "Amina Okafor");
        assert_eq!(tx.find_subject("wfp", &first).await.unwrap(), None);
        assert_eq!(tx.find_subject_by_number(TENANT, "1").await.unwrap().unwrap().id, first);
    }
}

#[tokio::test]
async fn search_folds_every_script_and_takes_wildcards_as_letters() {
    for store in engines().await.stores {
        let mut tx = store.write("test").await.unwrap();
        for (number, name) in [("1", "Éloïse"), ("2", "МАРИЯ"), ("3", "50% _ok_!"), ("4", "张伟")] {
            tx.put_subject(TENANT, &subject(number, name)).await.unwrap();
        }
        tx.commit().await.unwrap();
        let mut tx = store.read().await.unwrap();
        for (query, expected) in
            [("éLO", "1"), ("мария", "2"), ("%", "3"), ("_", "3"), ("!", "3"), ("张", "4"), ("4", "4")]
        {
            let page = Page { query: Some(query.into()), limit: 10, ..Page::default() };
            let found = tx.list_subjects(TENANT, &page).await.unwrap();
            let numbers: Vec<_> = found.iter().map(|row| row.subject.number.as_str()).collect();
            assert_eq!(numbers, [expected], "{query}");
            assert_eq!(tx.count_subjects(TENANT, Some(query), &Filter::default()).await.unwrap(), 1);
        }
        let page = Page { after: Some("2".into()), limit: 1, ..Page::default() };
        assert_eq!(tx.list_subjects(TENANT, &page).await.unwrap()[0].subject.number, "3");
    }
}

#[tokio::test]
async fn the_end_of_a_service_is_remembered_corrected_and_taken_back() {
    for store in engines().await.stores {
        let mut tx = store.write("test").await.unwrap();
        tx.put_subject(TENANT, &subject("1", "Amina")).await.unwrap();
        assert_eq!(tx.find_service_end(TENANT, "s-1").await.unwrap(), None);
        tx.put_service_end(&officer(), "s-1", ServiceEnd::Separated, Some("second"), now()).await.unwrap();
        tx.put_service_end(&officer(), "s-1", ServiceEnd::Deceased, None, now()).await.unwrap();
        let ended = tx.find_service_end(TENANT, "s-1").await.unwrap().unwrap();
        assert_eq!((ended.how, ended.at, ended.approved_by), (ServiceEnd::Deceased, now(), None));
        assert_eq!(tx.find_service_end("wfp", "s-1").await.unwrap(), None);
        assert!(!tx.delete_service_end("wfp", "s-1").await.unwrap());
        assert!(tx.delete_service_end(TENANT, "s-1").await.unwrap());
        assert!(!tx.delete_service_end(TENANT, "s-1").await.unwrap());

        tx.insert_offer(TENANT, &offer("o")).await.unwrap();
        assert_eq!(tx.find_offer_replaces(TENANT, "o").await.unwrap(), None);
        tx.set_offer_replaces(TENANT, "o", ReasonCode::KeyLost).await.unwrap();
        assert_eq!(tx.find_offer_replaces(TENANT, "o").await.unwrap(), Some(ReasonCode::KeyLost));
        assert_eq!(tx.find_offer_replaces("wfp", "o").await.unwrap(), None);
        tx.commit().await.unwrap();
    }
}

#[tokio::test]
async fn people_are_found_by_state_and_duty_station() {
    for store in engines().await.stores {
        let mut tx = store.write("test").await.unwrap();
        for (number, station) in [("1", "Nairobi"), ("2", "New_York"), ("3", "NewXYork"), ("4", "Nairobi")] {
            let mut person = subject(number, "Amina");
            person.claims.insert("dutyStation".into(), station.into());
            tx.put_subject(TENANT, &person).await.unwrap();
        }
        let (first, indexes, leaf) = copy("a", "o", Format::LDP_VC);
        tx.insert_copy(TENANT, &first, &indexes, &leaf).await.unwrap();
        tx.insert_offer(TENANT, &Offer { subject_id: "s-2".into(), ..offer("o2") }).await.unwrap();
        tx.put_service_end(&officer(), "s-3", ServiceEnd::Separated, None, now()).await.unwrap();
        let mut found = async |state: Option<PersonState>, station: Option<&str>| -> String {
            let filter = Filter { state, station: station.map(str::to_owned) };
            let page = Page { limit: 10, filter: filter.clone(), ..Page::default() };
            let rows = tx.list_subjects(TENANT, &page).await.unwrap();
            assert_eq!(tx.count_subjects(TENANT, None, &filter).await.unwrap(), rows.len() as u64);
            rows.iter().map(|row| row.subject.number.as_str()).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(found(None, Some("Nairobi")).await, "1 4");
        assert_eq!(found(None, Some("New_York")).await, "2", "no wildcard");
        assert_eq!(found(None, Some("Nai")).await, "", "the whole name");
        assert_eq!(found(None, Some("nairobi")).await, "", "as it is written");
        let expected = [
            (PersonState::Valid, "1"),
            (PersonState::Offered, "2"),
            (PersonState::Ended, "3"),
            (PersonState::Nothing, "3 4"),
            (PersonState::Suspended, ""),
            (PersonState::Revoked, ""),
        ];
        for (state, numbers) in expected {
            assert_eq!(found(Some(state), None).await, numbers, "{state:?}");
        }
        assert_eq!(found(Some(PersonState::Nothing), Some("Nairobi")).await, "4");
        tx.commit().await.unwrap();
    }
}

#[tokio::test]
async fn endings_and_unclaimed_offers_are_counted_and_listed_alike() {
    for store in engines().await.stores {
        let day = chrono::Duration::days;
        let mut tx = store.write("test").await.unwrap();
        tx.put_subject(TENANT, &subject("1", "Amina")).await.unwrap();
        for format in [Format::LDP_VC, Format::SdJwt] {
            let id = if format == Format::LDP_VC { "a" } else { "bb" };
            let (made, indexes, leaf) = copy(id, "o", format);
            tx.insert_copy(TENANT, &made, &indexes, &leaf).await.unwrap();
        }
        let end = now() + day(365);
        assert_eq!(tx.count_ending(TENANT, end, end + day(1)).await.unwrap(), 1, "one person, two formats");
        assert_eq!(tx.count_ending(TENANT, end - day(1), end).await.unwrap(), 0, "the end is exclusive");
        assert_eq!(tx.count_ending("wfp", end, end + day(1)).await.unwrap(), 0);
        let rows = tx.list_ending(TENANT, (end, end + day(1)), None, 10).await.unwrap();
        assert_eq!((rows.len(), rows[0].types, rows[0].ends), (1, 1, end));
        assert!(tx.list_ending(TENANT, (end, end + day(1)), Some("1"), 10).await.unwrap().is_empty());

        tx.insert_offer(TENANT, &offer("o1")).await.unwrap();
        let later = now() + day(8);
        let quiet = later - day(7);
        assert_eq!(tx.count_unclaimed(TENANT, later, quiet).await.unwrap(), 1);
        assert_eq!(tx.list_unclaimed("wfp", later, quiet, None, 10).await.unwrap(), []);
        assert!(tx.mark_reminded(TENANT, "o1", later).await.unwrap());
        assert!(!tx.mark_reminded("wfp", "o1", later).await.unwrap());
        assert_eq!(tx.count_unclaimed(TENANT, later, quiet).await.unwrap(), 0, "left alone for a week");
        let again = later + day(7);
        let rows = tx.list_unclaimed(TENANT, again, later, None, 10).await.unwrap();
        assert_eq!((rows.len(), rows[0].reminded_at), (1, Some(later)));
        assert_eq!(tx.count_unclaimed(TENANT, now() + day(30), later).await.unwrap(), 0, "lapsed");
        tx.commit().await.unwrap();
    }
}
