//! The public log against whoever wants to break it: death at every step, flipped bits, other folders, two at once, and
//! what a host serves of it.

mod bits;
mod death;
mod folder;
mod served;
mod stores;
mod two;

use std::process::ExitCode;

use libtest_mimic::Trial;

/// A test of its name.
macro_rules! tests {
    ($($module:ident::$name:ident $(($($argument:expr),*))?),* $(,)?) => {
        vec![$(Trial::test(
            concat!(stringify!($module), "::", stringify!($name) $(, " ", $(stringify!($argument)),*)?),
            || { $module::$name($($($argument),*)?); Ok(()) },
        )),*]
    };
}

fn main() -> ExitCode {
    use stores::Kind::{Postgres, Sqlite};
    souspli_proof::run(tests![
        death::a_holder_that_dies_at_any_step_is_followed(Sqlite),
        death::a_holder_that_dies_at_any_step_is_followed(Postgres),
        death::a_restored_database_adds_leaves_and_takes_none_away(Sqlite),
        two::a_holder_that_is_held_up_anywhere_and_overtaken_harms_nothing(Postgres),
        two::many_at_once_make_one_log(Postgres),
        bits::every_flipped_bit_is_seen_before_anything_is_signed,
        bits::every_file_that_is_cut_extended_or_missing_is_seen,
        bits::nothing_is_signed_after_a_flipped_bit,
        folder::another_folder_is_not_taken_for_the_log,
        folder::a_staged_batch_that_is_damaged_stops_everything,
        served::the_size_of_the_log_hides_the_pace,
        served::what_is_served_is_a_log_of_tiles,
        served::a_receipt_becomes_a_proof,
        served::a_row_of_the_journal_becomes_a_proof,
        served::a_log_that_stopped_stops_bookings_after_half_the_promised_time,
    ])
}
