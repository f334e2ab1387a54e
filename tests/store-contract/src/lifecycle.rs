//! Opening and closing.

use souspli_store::Store;

use crate::fixture::{Draft, Practice, claims};

/// A closed store finishes nothing new, and says so at once.
pub async fn a_closed_store_refuses(store: &dyn Store) {
    let practice = Practice::registered(1, store).await;
    store.close().await;
    store.ping().await.expect_err("closed");
    store.calendar(practice.calendar()).await.expect_err("closed");
    Draft::create(&practice, 1).claims(claims(1)).append(store).await.expect_err("closed");
    store.close().await;
}
