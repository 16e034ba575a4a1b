//! A person is erased: every statement on every engine.

use issuance::{Format, Proposal, Status};

use super::{TENANT, copy, engines, now, offer, subject};

#[path = "../fund_rows/mod.rs"]
mod fund_rows;

#[tokio::test]
async fn rows_of_a_person_go_and_places_in_lists_stay_with_what_they_say() {
    for store in engines().await.stores {
        let mut tx = store.write("test").await.unwrap();
        tx.put_subject(TENANT, &subject("1", "Amina")).await.unwrap();
        tx.put_subject(TENANT, &subject("2", "Boris")).await.unwrap();
        tx.insert_offer(TENANT, &offer("o-1")).await.unwrap();
        let (held, indices, leaf) = copy("c-1", "o-1", Format::LDP_VC);
        for index in &indices {
            tx.insert_status_list(TENANT, &index.list).await.unwrap();
        }
        tx.insert_copy(TENANT, &held, &indices, &leaf).await.unwrap();
        let reason = Proposal::ErasePerson { subject: "s-1".into(), reason: "words".into() };
        let approval = issuance::Approval::proposed("a-1".into(), reason, "ann", now());
        tx.insert_approval(TENANT, &approval).await.unwrap();
        let revoke = Proposal::Revoke {
            subject: "s-1".into(),
            reason: "other".into(),
            note: Some("a note".into()),
            only: None,
        };
        let other = issuance::Approval::proposed("a-2".into(), revoke, "ann", now());
        tx.insert_approval(TENANT, &other).await.unwrap();
        tx.commit().await.unwrap();

        let mut tx = store.write("test").await.unwrap();
        tx.erase_subject(TENANT, "s-1").await.unwrap();
        tx.forget_words_of_proposals(TENANT, "s-1").await.unwrap();
        tx.commit().await.unwrap();
        let mut tx = store.read().await.unwrap();
        assert_eq!(tx.find_subject(TENANT, "s-1").await.unwrap(), None);
        assert!(tx.find_subject(TENANT, "s-2").await.unwrap().is_some(), "somebody else");
        assert!(tx.find_leaf(TENANT, "c-1").await.unwrap().is_none());
        assert!(tx.list_copies(TENANT, "s-1").await.unwrap().is_empty());
        for index in &indices {
            assert!(tx.is_place_taken(TENANT, index).await.unwrap(), "never given to another");
            let said = tx.list_status_entries(TENANT, &index.list).await.unwrap();
            assert!(said.iter().all(|(_, standing)| standing.status != Status::Valid));
        }
        let kept = tx.find_approval(TENANT, "a-1").await.unwrap().unwrap().proposal;
        assert_eq!(kept, Proposal::ErasePerson { subject: "s-1".into(), reason: String::new() });
        assert!(tx.find_approval(TENANT, "a-2").await.unwrap().is_none(), "its note is about the person");
    }
}

#[tokio::test]
async fn a_person_of_the_register_leaves_the_end_of_a_chain() {
    for store in engines().await.stores {
        let mut tx = store.write("test").await.unwrap();
        for id in ["p-1", "p-2"] {
            tx.insert_fund_person(TENANT, &fund_rows::person(id)).await.unwrap();
        }
        tx.erase_fund_person(TENANT, "p-1", now()).await.unwrap();
        assert!(tx.list_fund_payroll_files_of(TENANT, "p-1").await.unwrap().is_empty());
        tx.commit().await.unwrap();
        let mut tx = store.read().await.unwrap();
        assert!(tx.find_fund_person(TENANT, "p-1").await.unwrap().is_none());
        assert!(tx.find_fund_person(TENANT, "p-2").await.unwrap().is_some());
        let left = tx.find_erased_fund_person(TENANT, "p-1").await.unwrap().unwrap();
        assert_eq!((left.entries, left.head, left.erased_at), (0, [0; 32], now()));
        assert!(tx.find_erased_fund_person(TENANT, "p-2").await.unwrap().is_none());
    }
}
