//! Trees against the recursive definition of RFC 6962 §2.1, against ct-merkle, and under attack.

use crate::definition::{Uniform, path, subproof};
use crate::reference::{Ranges, leaves};
use ct_merkle::mem_backed_tree::MemoryBackedTree;
use proptest::prelude::*;
use souspli_protocol::Digest;
use souspli_tlog::entry::leaf_hash;
use souspli_tlog::tree::{Frontier, FrontierError, TreeError, empty_root, root_of_leaves};
use souspli_tlog::tree::{verify_consistency, verify_inclusion};

const MOST: u64 = 600;

fn root(ranges: &Ranges, size: u64) -> Digest {
    if size == 0 { empty_root() } else { ranges.mth(0, size) }
}

#[test]
fn every_leaf_of_every_small_tree_is_included() {
    let ranges = Ranges::of(leaves(MOST));
    for size in 1..=MOST {
        for index in 0..size {
            let leaf = ranges.mth(index, index + 1);
            let path = path(index, 0, size, &|lo, hi| ranges.mth(lo, hi));
            assert_eq!(verify_inclusion(&leaf, index, size, &path, &root(&ranges, size)), Ok(()), "{index} of {size}");
        }
    }
}

#[test]
fn every_small_tree_is_consistent_with_every_larger_one() {
    let ranges = Ranges::of(leaves(MOST));
    for new in 0..=MOST {
        for old in 0..=new {
            let path = match old {
                0 => Vec::new(),
                _ => subproof(old, 0, new, true, &|lo, hi| ranges.mth(lo, hi)),
            };
            let verdict = verify_consistency(old, &root(&ranges, old), new, &root(&ranges, new), &path);
            assert_eq!(verdict, Ok(()), "{old} to {new}");
        }
    }
}

#[test]
fn ct_merkle_makes_the_same_roots_and_paths() {
    let mut theirs = MemoryBackedTree::<sha2::Sha256, Vec<u8>>::new();
    let mut frontier = Frontier::new();
    let mut roots = vec![empty_root()];
    let digests = |bytes: &[u8]| bytes.chunks(32).map(|hash| Digest::try_from(hash).expect("32")).collect::<Vec<_>>();
    for size in 1..=200_u64 {
        theirs.push((size - 1).to_be_bytes().to_vec());
        frontier.push_entry(&(size - 1).to_be_bytes()).expect("room");
        let root = frontier.root();
        assert_eq!(theirs.root().as_bytes().as_slice(), root.as_bytes());
        for index in 0..size {
            let path = digests(theirs.prove_inclusion(index as usize).as_bytes());
            assert_eq!(verify_inclusion(&leaf_hash(&index.to_be_bytes()), index, size, &path, &root), Ok(()));
        }
        for old in 1..size {
            let path = digests(theirs.prove_consistency((size - old) as usize).as_bytes());
            assert_eq!(verify_consistency(old, &roots[old as usize], size, &root, &path), Ok(()));
        }
        roots.push(root);
    }
}

#[test]
fn a_frontier_has_the_root_of_the_definition_and_takes_whole_subtrees() {
    let ranges = Ranges::of(leaves(MOST));
    let mut frontier = Frontier::new();
    for size in 0..=MOST {
        assert_eq!((frontier.size(), frontier.root()), (size, root(&ranges, size)));
        assert_eq!(frontier.root(), root_of_leaves(&leaves(size)));
        assert_eq!(Frontier::from_peaks(size, frontier.peaks().to_vec()), Ok(frontier.clone()));
        assert_eq!(Frontier::from_peaks(size, [frontier.peaks(), &[Digest::ZERO]].concat()), Err(FrontierError::Peaks));
        if size < MOST {
            frontier.push(ranges.mth(size, size + 1)).expect("room");
        }
    }
    let mut bundles = Frontier::new();
    for bundle in 0..2 {
        bundles.push_subtree(8, ranges.mth(bundle * 256, bundle * 256 + 256)).expect("place");
    }
    for index in 512..MOST {
        bundles.push(ranges.mth(index, index + 1)).expect("room");
    }
    assert_eq!(bundles, frontier);
    assert_eq!(bundles.push_subtree(8, Digest::ZERO), Err(FrontierError::Place { height: 8, size: MOST }));
    assert_eq!(bundles.push_subtree(64, Digest::ZERO), Err(FrontierError::Full));
}

#[test]
fn a_frontier_is_full_at_the_largest_size() {
    let mut frontier = Frontier::from_peaks(u64::MAX, vec![Digest::ZERO; 64]).expect("64 peaks");
    assert_eq!(frontier.push(Digest::ZERO), Err(FrontierError::Full));
    let mut half = Frontier::from_peaks(1 << 63, vec![Digest::ZERO]).expect("one peak");
    assert_eq!(half.push_subtree(63, Digest::ZERO), Err(FrontierError::Full));
    assert_eq!(half.push_subtree(62, Digest::ZERO), Ok(()));
}

#[test]
fn a_changed_inclusion_is_refused() {
    let ranges = Ranges::of(leaves(70));
    let other = leaf_hash(b"another");
    for size in 1..=70 {
        let root = root(&ranges, size);
        for index in 0..size {
            let leaf = ranges.mth(index, index + 1);
            let good = path(index, 0, size, &|lo, hi| ranges.mth(lo, hi));
            for at in 0..good.len() {
                let mut changed = good.clone();
                changed[at] = other;
                assert_eq!(verify_inclusion(&leaf, index, size, &changed, &root), Err(TreeError::Root));
                assert_eq!(verify_inclusion(&leaf, index, size, &good[..at], &root), Err(TreeError::Length));
            }
            let longer = [&good[..], &[other]].concat();
            assert_eq!(verify_inclusion(&leaf, index, size, &longer, &root), Err(TreeError::Length));
            assert_eq!(verify_inclusion(&other, index, size, &good, &root), Err(TreeError::Root));
            assert_eq!(verify_inclusion(&leaf, index, size, &good, &other), Err(TreeError::Root));
            assert_eq!(verify_inclusion(&leaf, size, size, &good, &root), Err(TreeError::Index { index: size, size }));
            for wrong in (0..size).filter(|wrong| *wrong != index) {
                assert!(verify_inclusion(&leaf, wrong, size, &good, &root).is_err(), "{index} as {wrong} of {size}");
            }
        }
    }
    assert_eq!(verify_inclusion(&other, 0, 0, &[], &empty_root()), Err(TreeError::Index { index: 0, size: 0 }));
}

#[test]
fn a_changed_consistency_is_refused() {
    let ranges = Ranges::of(leaves(70));
    let other = leaf_hash(b"another");
    for new in 1..=70 {
        for old in 1..new {
            let (old_root, new_root) = (root(&ranges, old), root(&ranges, new));
            let good = subproof(old, 0, new, true, &|lo, hi| ranges.mth(lo, hi));
            for at in 0..good.len() {
                let mut changed = good.clone();
                changed[at] = other;
                assert!(verify_consistency(old, &old_root, new, &new_root, &changed).is_err(), "{old} to {new}");
                assert_eq!(verify_consistency(old, &old_root, new, &new_root, &good[..at]), Err(TreeError::Length));
            }
            let longer = [&good[..], &[other]].concat();
            assert_eq!(verify_consistency(old, &old_root, new, &new_root, &longer), Err(TreeError::Length));
            // The root of a perfect tree is not sent: it is where the walk begins.
            let wrong = if old.is_power_of_two() { TreeError::NewRoot } else { TreeError::OldRoot };
            assert_eq!(verify_consistency(old, &other, new, &new_root, &good), Err(wrong));
            assert_eq!(verify_consistency(old, &old_root, new, &other, &good), Err(TreeError::NewRoot));
            let shrinks = verify_consistency(new, &new_root, old, &old_root, &good);
            assert_eq!(shrinks, Err(TreeError::Shrinks { old: new, new: old }));
        }
    }
}

#[test]
fn empty_and_equal_trees_need_no_path_and_take_none() {
    let (a, b) = (leaf_hash(b"a"), leaf_hash(b"b"));
    let empty = empty_root();
    assert_eq!(verify_consistency(0, &empty, 0, &empty, &[]), Ok(()));
    assert_eq!(verify_consistency(0, &empty, 9, &a, &[]), Ok(()));
    assert_eq!(verify_consistency(9, &a, 9, &a, &[]), Ok(()));
    assert_eq!(verify_consistency(9, &a, 9, &b, &[]), Err(TreeError::Split));
    assert_eq!(verify_consistency(0, &a, 0, &a, &[]), Err(TreeError::EmptyRoot));
    assert_eq!(verify_consistency(0, &empty, 0, &a, &[]), Err(TreeError::EmptyRoot));
    assert_eq!(verify_consistency(0, &a, 9, &a, &[]), Err(TreeError::EmptyRoot));
    assert_eq!(verify_consistency(0, &empty, 9, &a, &[b]), Err(TreeError::Length));
    assert_eq!(verify_consistency(9, &a, 9, &a, &[b]), Err(TreeError::Length));
    assert_eq!(verify_consistency(9, &a, 10, &b, &[]), Err(TreeError::Length));
}

fn sizes() -> impl Strategy<Value = u64> {
    prop_oneof![any::<u64>(), (0_u32..64).prop_map(|bit| 1 << bit), (0_u64..9).prop_map(|n| u64::MAX - n), 1_u64..999]
        .prop_map(|size| size.max(1))
}

proptest! {
    #[test]
    fn one_leaf_of_a_huge_tree_is_included_at_its_place_alone(size in sizes(), at in any::<u64>(), wrong in any::<u64>()) {
        let (index, wrong) = (at % size, wrong % size);
        let marked = leaf_hash(b"marked");
        let tree = Uniform::new(Some((index, marked)));
        let path = path(index, 0, size, &|lo, hi| tree.mth(lo, hi));
        let root = tree.mth(0, size);
        prop_assert_eq!(verify_inclusion(&marked, index, size, &path, &root), Ok(()));
        prop_assert_eq!(verify_inclusion(&marked, wrong, size, &path, &root).is_ok(), wrong == index);
    }

    #[test]
    fn huge_trees_are_consistent_with_what_they_began_as(a in sizes(), b in sizes(), at in any::<u64>()) {
        let (old, new) = (a.min(b), a.max(b));
        let tree = Uniform::new(None);
        let path = subproof(old, 0, new, true, &|lo, hi| tree.mth(lo, hi));
        let (old_root, new_root) = (tree.mth(0, old), tree.mth(0, new));
        prop_assert_eq!(verify_consistency(old, &old_root, new, &new_root, &path), Ok(()));
        let forged = Uniform::new(Some((at % old, leaf_hash(b"marked")))).mth(0, old);
        prop_assert!(verify_consistency(old, &forged, new, &new_root, &path).is_err());
    }

    #[test]
    fn no_sizes_panic(size in any::<u64>(), index in any::<u64>(), count in 0_usize..70) {
        let path = vec![Digest::ZERO; count];
        prop_assert!(verify_inclusion(&Digest::ZERO, index, size, &path, &Digest::ZERO).is_err());
        prop_assert!(size == index || verify_consistency(size, &Digest::ZERO, index, &Digest::ZERO, &path).is_err());
    }
}
