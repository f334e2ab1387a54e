//! The list of what a store must do.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use souspli_store::Store;

/// A behaviour's future.
pub type Running<'s> = Pin<Box<dyn Future<Output = ()> + Send + 's>>;

/// One behaviour: a test on an empty store.
pub struct Behaviour {
    /// What it is, as the name of a test.
    pub name: &'static str,
    /// Panics where the store does not behave so.
    pub run: for<'s> fn(&'s Arc<dyn Store>) -> Running<'s>,
}

/// For a behaviour of one caller.
fn alone(store: &Arc<dyn Store>) -> &dyn Store {
    store.as_ref()
}

/// For a behaviour of many tasks.
fn shared(store: &Arc<dyn Store>) -> &Arc<dyn Store> {
    store
}

macro_rules! behaviours {
    ($($module:ident($how:ident) { $($name:ident,)* })*) => {
        /// Every behaviour.
        pub const BEHAVIOURS: &[Behaviour] = &[$($(
            Behaviour {
                name: concat!(stringify!($module), "::", stringify!($name)),
                run: |store| Box::pin(crate::$module::$name($how(store))),
            },
        )*)*];
    };
}

behaviours! {
    hosts(alone) {
        data_belong_to_one_host,
    }
    restore(alone) {
        every_chain_goes_on_in_the_next_generation,
        a_new_calendar_begins_in_the_hosts_generation,
        what_comes_back_keeps_its_receipts,
    }
    publications(alone) {
        a_registration_creates_a_calendar,
        nothing_is_known_of_an_unknown_calendar,
        versions_follow_each_other,
        a_batch_is_taken_whole_or_not_at_all,
        the_same_batch_again_gets_the_same_receipts,
        a_second_registration_is_refused,
        the_newest_of_each_slot_is_served,
    }
    events(alone) {
        a_create_is_stored_and_read_back,
        the_same_bytes_again_get_the_same_receipt,
        other_bytes_under_the_same_record_are_refused,
        an_append_follows_its_record,
        an_event_quotes_the_version,
        a_conflict_keeps_nothing,
        a_move_keeps_what_both_sets_share,
        a_refused_move_leaves_the_old_time,
        a_release_gives_the_time_back_for_good,
        an_event_without_claims_leaves_them,
        the_calendars_of_two_practices_do_not_meet,
        the_chain_is_gapless_and_its_head_recomputed,
        the_chain_is_read_in_pages,
        claims_are_those_of_the_windows_asked_for,
    }
    holds(alone) {
        a_hold_is_seen_until_it_expires,
        a_hold_blocks_others_and_never_its_session,
        a_hold_that_expired_blocks_nobody,
        a_second_hold_replaces_the_first,
        a_hold_is_extended_once,
        a_hold_is_given_back,
        the_sweep_deletes_what_has_expired,
        what_another_took_since_is_not_given_back,
        a_booking_of_another_time_ends_the_hold,
        a_hold_does_not_take_a_booked_time,
    }
    vaults(alone) {
        a_vault_is_found_under_both_locators,
        a_vault_is_created_once,
        a_vault_is_replaced_by_its_next_generation,
        generations_have_no_largest,
    }
    log(alone) {
        each_accepted_object_waits_for_the_log,
        the_oldest_leaf_comes_first,
        a_merged_leaf_has_its_place,
        a_sequencer_that_was_overtaken_changes_nothing,
    }
    erasing(alone) {
        an_erase_leaves_gaps_a_tombstone_and_a_chain_that_holds,
        what_takes_time_or_has_changed_is_not_erased,
        what_is_due_is_purged_in_portions_and_nothing_else,
        hours_that_are_due_go_and_other_publications_stay,
        what_was_erased_does_not_come_back,
        scrubbing_harms_nothing,
    }
    erasing(shared) {
        a_purge_beside_appends_loses_nothing_else,
    }
    journal(alone) {
        a_read_is_written_into_its_row,
        a_row_has_eight_ranges,
        rows_of_an_hour_are_closed_in_the_order_of_their_keys,
        a_read_of_a_later_hour_closes_what_is_over,
        hours_do_not_go_back_with_the_clock,
        a_journal_is_read_in_pages,
    }
    journal(shared) {
        many_reads_at_once_are_all_written,
    }
    races(shared) {
        overlapping_bookings_leave_the_winners_claims_only,
        one_of_many_holds_wins,
        one_of_many_revisions_wins,
        one_of_many_publications_wins,
        one_of_many_registrations_wins,
        the_same_bytes_many_times_at_once_are_stored_once,
        one_of_many_vaults_wins,
    }
    cancelling(shared) {
        a_request_that_was_begun_runs_to_its_end,
        cancelled_requests_lose_nothing,
    }
    model(alone) {
        random_operations_do_what_the_model_does,
    }
    lifecycle(alone) {
        a_closed_store_refuses,
    }
}
