//! Copies, their status and the lists that say it.

use issuance::{
    Format, ListKind, Reason, ReasonCode, Standing, Status, StatusIndex, StatusListId, StatusMove,
};
use store_issuer::{ListVersion, Page};

use super::{TENANT, copy, engines, now, officer, subject};

#[tokio::test]
async fn a_second_copy_and_a_taken_place_are_conflicts() {
    for store in engines().await.stores {
        let mut tx = store.write("test").await.unwrap();
        let (first, indexes, leaf) = copy("a", "o", Format::LDP_VC);
        tx.insert_copy(TENANT, &first, &indexes, &leaf).await.unwrap();
        tx.commit().await.unwrap();
        for (id, offer) in [("bb", "o"), ("c", "p")] {
            let mut tx = store.write("test").await.unwrap();
            let (second, indexes, leaf) = copy(id, offer, Format::LDP_VC);
            assert!(
                tx.insert_copy(TENANT, &second, &indexes, &leaf).await.unwrap_err().is_conflict(),
                "{id}"
            );
        }
        let mut tx = store.read().await.unwrap();
        assert_eq!(tx.find_copy(TENANT, "a").await.unwrap().unwrap(), first);
        assert_eq!(
            tx.list_copies_of_offer(TENANT, "o", first.configuration).await.unwrap(),
            std::slice::from_ref(&first)
        );
        assert_eq!(tx.find_copy_by_receipt(TENANT, "receipt-a").await.unwrap().unwrap(), first);
        assert_eq!(
            tx.list_copies_by_notification(TENANT, "notification-a").await.unwrap(),
            std::slice::from_ref(&first)
        );
        assert_eq!(tx.find_copy("wfp", "a").await.unwrap(), None);
        assert!(tx.is_place_taken(TENANT, &indexes[0]).await.unwrap());
        assert!(!tx.is_place_taken("wfp", &indexes[0]).await.unwrap());
    }
}

#[tokio::test]
async fn a_change_of_status_marks_its_lists_and_only_from_what_was_read() {
    for store in engines().await.stores {
        let mut tx = store.write("test").await.unwrap();
        for kind in ListKind::ALL {
            tx.insert_status_list(TENANT, &StatusListId { kind, number: 1 }).await.unwrap();
        }
        tx.put_subject(TENANT, &subject("1", "Amina")).await.unwrap();
        let (first, indexes, leaf) = copy("a", "o", Format::LDP_VC);
        tx.insert_copy(TENANT, &first, &indexes, &leaf).await.unwrap();
        let reason = Reason { code: ReasonCode::Inquiry, note: Some("words".into()) };
        let until = now() + chrono::Duration::days(7);
        let suspended = StatusMove {
            until: Some(until),
            approved_by: Some("second".into()),
            ..StatusMove::new(Status::Suspended, reason.clone())
        };
        tx.change_status(&officer(), &first, &suspended, now()).await.unwrap();
        let revoked = StatusMove::new(Status::Revoked, reason.clone());
        let stale = tx.change_status(&officer(), &first, &revoked, now()).await;
        assert!(stale.unwrap_err().is_retryable());
        let early = until - chrono::Duration::milliseconds(1);
        assert!(tx.list_copies_to_lift(TENANT, early, 10).await.unwrap().is_empty());
        assert!(tx.list_copies_to_lift("wfp", until, 10).await.unwrap().is_empty());
        assert_eq!(tx.list_copies_to_lift(TENANT, until, 10).await.unwrap().len(), 1);
        tx.commit().await.unwrap();

        let mut tx = store.read().await.unwrap();
        let lists = tx.list_status_lists(TENANT).await.unwrap();
        let revisions: Vec<_> = lists.iter().map(|row| (row.list.kind, row.revision)).collect();
        let of_ldp = [ListKind::Message, ListKind::Revocation, ListKind::Suspension].map(|kind| (kind, 2));
        assert_eq!(revisions, [of_ldp.as_slice(), &[(ListKind::Token, 1)]].concat());
        let entries = tx.list_status_entries(TENANT, &lists[1].list).await.unwrap();
        assert_eq!(entries, [(1, Standing { status: Status::Suspended, reason: ReasonCode::Inquiry })]);
        let changes = tx.list_status_changes(TENANT, "s-1").await.unwrap();
        assert_eq!(changes.len(), 1);
        assert_eq!((changes[0].status, changes[0].reason.clone()), (Status::Suspended, reason));
        assert_eq!((changes[0].until, changes[0].approved_by.as_deref()), (Some(until), Some("second")));
        let row = &tx.list_subjects(TENANT, &Page { limit: 1, ..Page::default() }).await.unwrap()[0];
        assert_eq!((row.valid, row.suspended, row.revoked), (0, 1, 0));
    }
}

#[tokio::test]
async fn a_list_version_is_served_once_confirmed() {
    for store in engines().await.stores {
        let list = StatusListId { kind: ListKind::Token, number: 1 };
        let version = ListVersion {
            list: list.clone(),
            version: 1,
            revision: 1,
            document: b"token".to_vec(),
            digest: [9; 32],
            built_at: now(),
            valid_until: now() + chrono::Duration::days(1),
            confirmed_at: None,
            height: None,
        };
        let mut tx = store.write("test").await.unwrap();
        tx.insert_status_list(TENANT, &list).await.unwrap();
        assert_eq!(tx.open_status_list(TENANT, ListKind::Token).await.unwrap(), Some(list.clone()));
        assert_eq!(tx.open_status_list(TENANT, ListKind::Revocation).await.unwrap(), None);
        tx.insert_list_version(TENANT, &version).await.unwrap();
        assert_eq!(tx.newest_list_version(TENANT, &list).await.unwrap(), Some(version.clone()));
        assert_eq!(tx.served_list_version(TENANT, &list).await.unwrap(), None);
        let (copy, indexes, leaf) = copy("a", "o", Format::SdJwt);
        tx.insert_copy(TENANT, &copy, &indexes, &leaf).await.unwrap();
        assert!(!tx.is_status_published(TENANT, "a").await.unwrap());
        tx.confirm_list_version(TENANT, &list, 1, now(), 77).await.unwrap();
        let confirmed = ListVersion { confirmed_at: Some(now()), height: Some(77), ..version };
        assert_eq!(tx.served_list_version(TENANT, &list).await.unwrap(), Some(confirmed));
        assert!(tx.is_status_published(TENANT, "a").await.unwrap());
        tx.delete_list_version(TENANT, &list, 1).await.unwrap();
        assert!(tx.served_list_version(TENANT, &list).await.unwrap().is_some(), "a confirmed version stays");
        tx.close_status_list(TENANT, &list).await.unwrap();
        assert_eq!(tx.open_status_list(TENANT, ListKind::Token).await.unwrap(), None);
        assert_eq!(tx.count_status_entries(TENANT, &list).await.unwrap(), 1);
    }
}

#[tokio::test]
async fn a_place_of_the_vc_api_is_given_once_and_its_list_knows_what_changed() {
    for store in &engines().await.stores {
        let list = StatusListId { kind: ListKind::Revocation, number: 1 };
        let place = |index| StatusIndex { list: list.clone(), index };
        let mut tx = store.write("test").await.unwrap();
        assert_eq!(tx.newest_api_list("eddsa", ListKind::Revocation).await.unwrap(), None);
        tx.insert_api_list("eddsa", &list).await.unwrap();
        for (index, credential, taken) in
            [(5, Some(&[1; 32]), true), (5, Some(&[2; 32]), false), (6, None, true)]
        {
            assert_eq!(tx.take_api_place("eddsa", &place(index), credential).await.unwrap(), taken);
        }
        let found = async |tx: &mut store_issuer::Transaction| {
            let row = tx.find_api_list("eddsa", &list).await.unwrap().unwrap();
            (row.used, row.revision, tx.list_api_entries_set("eddsa", &list).await.unwrap())
        };
        assert_eq!(found(&mut tx).await, (2, 1, vec![]));
        let places = tx.list_api_places("eddsa", &[1; 32], ListKind::Revocation).await.unwrap();
        assert_eq!(places, [place(5)]);
        assert!(tx.list_api_places("eddsa", &[1; 32], ListKind::Suspension).await.unwrap().is_empty());
        assert!(tx.list_api_places("other", &[1; 32], ListKind::Revocation).await.unwrap().is_empty());
        for (index, is_set, there, after) in [
            (5, true, true, (2, 2, vec![5])),
            (5, true, true, (2, 2, vec![5])),
            (7, true, false, (2, 2, vec![5])),
        ] {
            assert_eq!(tx.set_api_entry("eddsa", &place(index), is_set).await.unwrap(), there);
            assert_eq!(found(&mut tx).await, after);
        }
        assert!(!tx.set_api_entry("other", &place(5), false).await.unwrap());
        assert!(tx.set_api_entry("eddsa", &place(5), false).await.unwrap());
        assert_eq!(found(&mut tx).await, (2, 3, vec![]));
        tx.commit().await.unwrap();
    }
}
