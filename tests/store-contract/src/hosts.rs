//! Whose host the data are.

use souspli_protocol::VerifyingKey;
use souspli_store::Store;

/// The first key stays; another one is told so and changes nothing.
pub async fn data_belong_to_one_host(store: &dyn Store) {
    let (ours, other) = (VerifyingKey([1; 32]), VerifyingKey([2; 32]));
    for (key, expected) in [(ours, true), (other, false), (ours, true)] {
        assert_eq!(store.bind_host(key).await.expect("the database answers"), expected);
    }
}
