"""The fast engine says what XGBoost says; what it cannot say so is left to XGBoost."""

import json
import tracemalloc
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
import xgboost
from compiled import Unavailable, library
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from xgboost_image import fast, forest, predictor
from xgboost_image.fast import Fast
from xgboost_image.problems import Unfaithful
from xgboost_image.rows import Rows as RowsRead

from tests.local.images.xgboost_jobs import Floats

pytestmark = pytest.mark.unit

Rows = NDArray[np.float32]
COLUMNS = 6
RANDOM = np.random.default_rng(11)
# Few values a column, so that many rows lie on a split.
TRAINED = RANDOM.integers(-40, 40, size=(600, COLUMNS)) / 8.0
TRAINED[RANDOM.random(TRAINED.shape) < 0.1] = np.nan
SIGNAL = np.nan_to_num(TRAINED[:, 0] * TRAINED[:, 1] + np.sin(TRAINED[:, 2]) + TRAINED[:, 3])


def labels(objective: str) -> Floats:
    if objective.startswith("multi:"):
        return np.digitize(SIGNAL, np.quantile(SIGNAL, [0.3, 0.6])).astype(float)
    if objective.startswith(("binary:", "reg:logistic", "rank:")):
        return (np.median(SIGNAL) < SIGNAL).astype(float)
    if objective.startswith(("count:", "reg:gamma", "reg:tweedie", "reg:squaredlog", "survival:")):
        return np.floor(np.abs(SIGNAL)) + 1.0
    return SIGNAL


def trained(objective: str = "reg:squarederror", rounds: int = 30, **parameters: Any) -> xgboost.Booster:
    classes = {"num_class": 3} if objective.startswith("multi:") else {}
    matrix = xgboost.DMatrix(TRAINED, labels(objective))
    if objective.startswith("rank:"):
        matrix.set_group([30] * 20)
    if objective == "survival:aft":
        matrix.set_float_info("label_lower_bound", labels(objective))
        matrix.set_float_info("label_upper_bound", labels(objective) + 2)
    return xgboost.train({"objective": objective, "nthread": 1, **classes, **parameters}, matrix, rounds)


def rows_of(count: int) -> Rows:
    """On splits, beside them and far away, some values missing."""
    random = np.random.default_rng(5)
    on_splits = random.integers(-90, 90, size=(count, COLUMNS)) / 16.0
    beside = np.nextafter(on_splits.astype(np.float32), np.float32(random.choice([-np.inf, np.inf])))
    rows = np.where(random.random(beside.shape) < 0.5, on_splits.astype(np.float32), beside)
    rows[random.random(rows.shape) < 0.02] = 3e38
    rows[random.random(rows.shape) < 0.1] = np.nan
    return np.asarray(rows, dtype=np.float32)


ROWS = rows_of(20_000)
EXACT = ("reg:squarederror", "reg:absoluteerror", "reg:squaredlogerror", "reg:pseudohubererror", "binary:logitraw",
         "binary:hinge", "multi:softmax", "rank:pairwise", "rank:ndcg", "rank:map")  # fmt: skip
TO_THE_LAST_BIT = ("binary:logistic", "reg:logistic", "count:poisson", "reg:gamma", "reg:tweedie", "survival:cox",
                   "survival:aft", "multi:softprob")  # fmt: skip


@pytest.mark.parametrize("objective", EXACT)
def test_predictions_are_xgboost_s_bit_for_bit(objective: str) -> None:
    booster = trained(objective)
    expected = booster.predict(xgboost.DMatrix(ROWS))
    assert np.array_equal(Fast(booster, objective)(ROWS), expected)


@pytest.mark.parametrize("objective", TO_THE_LAST_BIT)
def test_exponentials_may_differ_in_the_last_bit_and_no_class_differs(objective: str) -> None:
    booster = trained(objective)
    expected, found = booster.predict(xgboost.DMatrix(ROWS)), Fast(booster, objective)(ROWS)
    assert found.dtype == expected.dtype
    assert found.shape == expected.shape
    np.testing.assert_allclose(found, expected, rtol=2**-22)
    assert (found == expected).mean() > 0.99
    if objective == "multi:softprob":
        assert np.array_equal(found.argmax(axis=1), expected.argmax(axis=1))
    elif objective == "binary:logistic":
        assert np.array_equal(found > 0.5, expected > 0.5)


@pytest.mark.parametrize(
    "parameters",
    [
        {"max_depth": 1},
        {"max_depth": 12, "rounds": 60},
        {"max_depth": 0, "grow_policy": "lossguide", "max_leaves": 40},
        {"tree_method": "exact", "gamma": 30.0},
        {"tree_method": "approx"},
        {"booster": "gbtree", "num_parallel_tree": 4, "subsample": 0.5},
        {"base_score": -1e6},
        {"base_score": 1e-30},
        {"rounds": 1},
        {"rounds": 0},
        {"gamma": 1e9},
        {"multi_strategy": "one_output_per_tree"},
        {"monotone_constraints": "(1,0,0,-1,0,0)"},
    ],
    ids=str,
)
def test_trees_of_any_shape_are_evaluated(parameters: dict[str, Any]) -> None:
    booster = trained(**parameters)
    assert np.array_equal(Fast(booster, "reg:squarederror")(ROWS), booster.predict(xgboost.DMatrix(ROWS)))


@settings(deadline=None, max_examples=25)
@given(
    st.fixed_dictionaries(
        {
            "objective": st.sampled_from(["reg:squarederror", "binary:logitraw", "multi:softmax"]),
            "max_depth": st.integers(1, 9),
            "num_parallel_tree": st.integers(1, 3),
            "subsample": st.sampled_from([0.5, 1.0]),
            "tree_method": st.sampled_from(["hist", "exact", "approx"]),
            "gamma": st.sampled_from([0.0, 5.0]),
            "seed": st.integers(0, 99),
        },
        optional={"base_score": st.sampled_from([0.25, -3.0, 1e4])},
    ),
    st.integers(0, 12),
)
def test_any_forest_of_trees_says_what_xgboost_says(parameters: dict[str, Any], rounds: int) -> None:
    booster, objective = trained(rounds=rounds, **parameters), parameters["objective"]
    evaluate, rows = Fast(booster, objective), ROWS[:1003]
    assert np.array_equal(evaluate(rows), booster.predict(xgboost.DMatrix(rows)))
    full = np.clip(np.nan_to_num(rows[:9].astype(float)), -1e9, 1e9).round(3)
    found = evaluate.text("\n".join(",".join(map(repr, row)) for row in full.tolist()).encode())
    assert found is not None
    assert np.array_equal(found, evaluate(full.astype(np.float32)))


def test_several_threads_may_ask_at_once() -> None:
    evaluate = Fast(trained(), "reg:squarederror")
    expected = evaluate(ROWS[:400])
    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(lambda place: evaluate(ROWS[place : place + 1]), range(400)))
    assert np.array_equal(np.concatenate(found), expected)


@pytest.mark.parametrize("count", [1, 2, 15, 64, 65, 100, 129, 1000])
def test_the_number_of_rows_changes_nothing(count: int) -> None:
    booster = trained("multi:softmax", max_depth=8)
    evaluate = Fast(booster, "multi:softmax")
    parts = [evaluate(ROWS[start : start + count]) for start in range(0, 3000, count)]
    assert np.array_equal(np.concatenate(parts), evaluate(ROWS[: sum(map(len, parts))]))


def test_after_early_stopping_the_trees_that_were_kept_count() -> None:
    matrix = xgboost.DMatrix(TRAINED[:400], SIGNAL[:400])
    stop = xgboost.callback.EarlyStopping(rounds=3, save_best=True)
    held_back = xgboost.DMatrix(TRAINED[400:], SIGNAL[400:])
    booster = xgboost.train(
        {"eta": 0.9, "nthread": 1}, matrix, 100, evals=[(held_back, "v")], callbacks=[stop], verbose_eval=False
    )
    assert booster.num_boosted_rounds() < 100
    assert np.array_equal(Fast(booster, "reg:squarederror")(ROWS), booster.predict(xgboost.DMatrix(ROWS)))


def categorical() -> xgboost.Booster:
    codes = RANDOM.integers(0, 5, size=(200, 1)).astype(float)
    matrix = xgboost.DMatrix(codes, (codes[:, 0] % 2), feature_types=["c"], enable_categorical=True)
    return xgboost.train({"max_cat_to_onehot": 1, "nthread": 1}, matrix, 3)


def two_targets() -> xgboost.Booster:
    return xgboost.train({"nthread": 1}, xgboost.DMatrix(TRAINED, np.stack([SIGNAL, -SIGNAL], axis=1)), 3)


def own_objective() -> xgboost.Booster:
    def squared(predictions: Floats, matrix: xgboost.DMatrix) -> tuple[Floats, Floats]:
        return predictions - matrix.get_label(), np.ones_like(predictions)

    return xgboost.train({"nthread": 1}, xgboost.DMatrix(TRAINED, SIGNAL), 3, obj=squared)


@pytest.mark.parametrize(
    ("make", "objective", "reason"),
    [
        (lambda: trained(booster="dart", rate_drop=0.5), "reg:squarederror", "booster dart"),
        (lambda: trained(booster="gblinear"), "reg:squarederror", "booster gblinear"),
        (categorical, "reg:squarederror", "splits by category"),
        (two_targets, "reg:squarederror", "several targets"),
        (lambda: trained("multi:softprob", multi_strategy="multi_output_tree"), "multi:softprob", "several targets"),
        (trained, "rank:new", "objective rank:new"),
        # The wrong function of the sums, as after a change of XGBoost's.
        (trained, "count:poisson", "predictions differ"),
    ],
)
def test_what_cannot_be_said_faithfully_is_left_to_xgboost(make: Any, objective: str, reason: str) -> None:
    with pytest.raises(Unfaithful, match=reason):
        Fast(make(), objective)


def test_a_model_of_one_s_own_objective_predicts_sums() -> None:
    booster = own_objective()
    assert np.array_equal(Fast(booster, "reg:squarederror")(ROWS), booster.predict(xgboost.DMatrix(ROWS)))


def test_one_leaf_that_differs_is_noticed() -> None:
    evaluate = Fast(trained(), "reg:squarederror")
    with pytest.raises(Unfaithful, match="sums of leaves differ"):
        evaluate.compare(trained(reg_lambda=1.0001))


SPLITS = [0.0, -0.0, 1e-45, -1e-45, 1e-38, 1.0, -1.0, 16777216.0, 3.4028235e38, -3.4028235e38, np.inf, -np.inf, np.nan]
AT = np.array(SPLITS, np.float32)
AROUND = np.unique(np.concatenate([AT, *(forest.beside(AT, np.float32(way)) for way in (-np.inf, np.inf))]))


@pytest.mark.parametrize("missing_left", [0, 1])
@pytest.mark.parametrize("split", SPLITS)
def test_rows_part_where_xgboost_parts_them(split: float, missing_left: int) -> None:
    """One split, written into the file: training hardly makes such a one."""
    rows = np.append(AROUND[np.isfinite(AROUND)], np.float32(np.nan)).reshape(-1, 1)
    grown = xgboost.train({"max_depth": 1, "nthread": 1}, xgboost.DMatrix(rows[:-1], rows[:-1, 0] > 0.5), 1)
    document = json.loads(grown.save_raw("json"))
    (tree,) = document["learner"]["gradient_booster"]["model"]["trees"]
    assert tree["split_conditions"][1] != tree["split_conditions"][2]
    tree["split_conditions"][0], tree["default_left"][0] = split, missing_left
    booster = xgboost.Booster(model_file=bytearray(json.dumps(document), "ascii"))
    expected = booster.predict(xgboost.DMatrix(rows))
    assert np.array_equal(Fast(booster, "reg:squarederror")(rows), expected)


def test_without_a_compiled_library_xgboost_predicts_and_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    def absent() -> Any:
        raise Unavailable("no compiled library: cc ended with 127")

    monkeypatch.setattr(library, "load", absent)
    booster = trained()
    model = predictor.Predictor(booster)
    assert (model.engine, model.reason) == ("xgboost", "no compiled library: cc ended with 127")
    assert np.array_equal(model.predict(RowsRead(ROWS)), booster.predict(xgboost.DMatrix(ROWS)))
    assert np.array_equal(
        model.answer(b"1,2,3,4,5,6\n", "text/csv"), booster.predict(xgboost.DMatrix([[1, 2, 3, 4, 5, 6]]))
    )


@pytest.mark.parametrize("objective", ["reg:squarederror", "binary:logistic", "multi:softprob"])
@pytest.mark.parametrize("count", [1, 2, 8, 100])
def test_text_is_answered_as_the_rows_that_it_says(objective: str, count: int) -> None:
    evaluate = Fast(trained(objective), objective)
    rows = np.round(np.nan_to_num(ROWS[:count] / 7).astype(float), 6)
    found = evaluate.text("".join(",".join(f"{cell:.6f}" for cell in row) + "\n" for row in rows).encode())
    # Those that one operation does not make exact are read in another way.
    exact = bool((np.abs(rows) < 2**53 / 1e6).all())
    assert (found is not None) == exact
    if found is not None:
        assert np.array_equal(found, evaluate(rows.astype(np.float32)))


def test_lines_without_numbers_take_no_memory() -> None:
    """Each line might have been a row of as many answers as there are classes."""
    evaluate = Fast(trained("multi:softprob"), "multi:softprob")
    tracemalloc.start()
    assert evaluate.text(b"\n" * 6_000_000) is None
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 20_000_000


def test_many_steps_are_computed_beside_the_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    booster = trained()
    assert Fast(booster, "reg:squarederror").inline_bytes == 32 * 1024
    monkeypatch.setattr(fast, "_INLINE_STEPS", 18)
    # 30 trees of depth 6.
    assert Fast(booster, "reg:squarederror").inline_bytes == 32 * 1024 // 10


def test_a_model_that_takes_long_to_convert_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forest, "_MOST_NODES", 100)
    with pytest.raises(Unfaithful, match=r"30 trees of \d+ nodes take too long"):
        Fast(trained(), "reg:squarederror")
