//! Vaults and their locators.

use souspli_store::{Store, VaultError};

use crate::fixture::{locator, vault};

/// Both locators lead to the bytes as they were sealed, others nowhere.
pub async fn a_vault_is_found_under_both_locators(store: &dyn Store) {
    let first = vault(1, 1, 1, 1);
    store.create_vault(&first, [locator(1), locator(2)]).await.expect("new");
    store.create_vault(&vault(2, 1, 1, 2), [locator(3), locator(3)]).await.expect("one locator twice");
    for number in [1, 2] {
        assert_eq!(store.vault(locator(number)).await.expect("read").as_ref(), Some(&first));
    }
    assert_eq!(store.vault(locator(4)).await.expect("read"), None);
}

/// The same bytes again are no error; other bytes, or locators of another, are.
pub async fn a_vault_is_created_once(store: &dyn Store) {
    let first = vault(1, 1, 1, 1);
    store.create_vault(&first, [locator(1), locator(2)]).await.expect("new");
    store.create_vault(&first, [locator(1), locator(2)]).await.expect("again");
    store.create_vault(&first, [locator(2), locator(1)]).await.expect("in whatever order");
    let refused = [
        (vault(1, 1, 1, 2), [locator(1), locator(2)]),
        (vault(1, 1, 1, 1), [locator(1), locator(3)]),
        (vault(2, 1, 1, 1), [locator(4), locator(2)]),
    ];
    for (other, locators) in refused {
        let created = store.create_vault(&other, locators).await;
        assert!(matches!(created, Err(VaultError::Exists)), "{created:?}");
    }
    for free in [3, 4] {
        assert_eq!(store.vault(locator(free)).await.expect("read"), None, "nothing is kept of a refusal");
    }
    assert_eq!(store.vault(locator(1)).await.expect("read"), Some(first));
}

/// Compare-and-swap on generation and key; the old locators lead nowhere afterwards.
pub async fn a_vault_is_replaced_by_its_next_generation(store: &dyn Store) {
    let own = [locator(1), locator(2)];
    let unknown = store.replace_vault(&vault(1, 2, 1, 1), own).await;
    assert!(matches!(unknown, Err(VaultError::NoVault)), "{unknown:?}");
    store.create_vault(&vault(1, 1, 1, 1), own).await.expect("new");
    store.create_vault(&vault(2, 1, 1, 2), [locator(8), locator(9)]).await.expect("another");
    let second = vault(1, 2, 1, 3);
    store.replace_vault(&second, [locator(2), locator(3)]).await.expect("next");
    store.replace_vault(&second, [locator(2), locator(3)]).await.expect("again");
    assert_eq!(store.vault(locator(1)).await.expect("read"), None);
    for number in [2, 3] {
        assert_eq!(store.vault(locator(number)).await.expect("read").as_ref(), Some(&second));
    }
    for (stale, why) in [
        (vault(1, 2, 1, 4), "the same generation"),
        (vault(1, 4, 1, 4), "a generation skipped"),
        (vault(1, 1, 1, 1), "an older one"),
        (vault(1, 3, 2, 4), "another key"),
    ] {
        let replaced = store.replace_vault(&stale, own).await;
        assert!(matches!(replaced, Err(VaultError::Conflict)), "{why}: {replaced:?}");
    }
    let theirs = store.replace_vault(&vault(1, 3, 1, 4), [locator(1), locator(9)]).await;
    assert!(matches!(theirs, Err(VaultError::Exists)), "{theirs:?}");
    assert_eq!(store.vault(locator(2)).await.expect("read").as_ref(), Some(&second), "nothing has changed");
    assert_eq!(store.vault(locator(1)).await.expect("read"), None);
}

/// Generations are compared, never counted on: a client's wild number breaks nothing.
pub async fn generations_have_no_largest(store: &dyn Store) {
    let own = [locator(1), locator(2)];
    store.create_vault(&vault(1, u64::MAX - 1, 1, 1), own).await.expect("new");
    store.replace_vault(&vault(1, u64::MAX, 1, 2), own).await.expect("the last");
    for wrapped in [0, 1, u64::MAX] {
        let replaced = store.replace_vault(&vault(1, wrapped, 1, 3), own).await;
        assert!(matches!(replaced, Err(VaultError::Conflict)), "{replaced:?}");
    }
}
