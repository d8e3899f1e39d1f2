"""What the linear-learner stand-in learns, against closed forms and scikit-learn, and what it refuses."""

import json
import os
import re
import threading
from pathlib import Path

import numpy as np
import pytest
from linear_learner_image import train
from linear_learner_image.model import FILE, load
from recordio import Record, Tensor, write_records
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.metrics import accuracy_score, f1_score, precision_score, recall_score, roc_auc_score

from local.sagemaker import builtin_metrics
from tests.local.images.linear_jobs import SMALL, Array, Data, binary, csv, multiclass, regression, run

pytestmark = pytest.mark.unit

REGRESSOR = {"predictor_type": "regressor"}
BINARY = {"predictor_type": "binary_classifier"}
MULTICLASS = {"predictor_type": "multiclass_classifier", "num_classes": "4"}


def predicted(trained_model: object, features: Array) -> Array:
    return np.array([answer["score"] for answer in trained_model.answers(features)])  # type: ignore[attr-defined]


def test_a_regression_equals_least_squares(tmp_path: Path) -> None:
    features, labels = regression()
    model = run(tmp_path, REGRESSOR, train=csv((features, labels))).model
    reference = LinearRegression().fit(features, labels).predict(features)
    np.testing.assert_allclose(model.raw(features)[:, 0], reference, rtol=1e-5)


@pytest.mark.parametrize(
    "options",
    [
        {"normalize_data": "false", "unbias_data": "false", "normalize_label": "false"},
        {"unbias_data": "false", "unbias_label": "false"},
        {"normalize_label": "false"},
    ],
)
def test_without_normalisation_the_optimum_is_the_same(tmp_path: Path, options: dict[str, str]) -> None:
    random = np.random.default_rng(5)
    features = random.normal([0, 1, 2], size=(200, 3))
    labels = features @ [1.0, 2.0, 3.0] + 4 + random.normal(size=200)
    model = run(tmp_path, {**REGRESSOR, **options, "epochs": "50"}, train=csv((features, labels))).model
    reference = LinearRegression().fit(features, labels).predict(features)
    np.testing.assert_allclose(model.raw(features)[:, 0], reference, rtol=1e-4, atol=1e-4)


def test_without_bias_a_model_goes_through_the_origin(tmp_path: Path) -> None:
    features, labels = regression()
    options = {**REGRESSOR, "use_bias": "false", "unbias_data": "false"}
    model = run(tmp_path, options, train=csv((features, labels))).model
    assert model.bias[0] == 0
    reference = LinearRegression(fit_intercept=False).fit(features, labels).predict(features)
    np.testing.assert_allclose(model.raw(features)[:, 0], reference, rtol=1e-3, atol=1e-2)


@pytest.mark.parametrize("optimizer", ["sgd", "adam", "rmsprop"])
def test_mini_batches_come_near_least_squares(tmp_path: Path, optimizer: str) -> None:
    train, validation = regression(), regression(seed=9)
    options = {**REGRESSOR, "optimizer": optimizer, "mini_batch_size": "20", "epochs": "60"}
    model = run(tmp_path, options, train=csv(train), validation=csv(validation)).model
    features, labels = validation
    best = np.mean((LinearRegression().fit(*train).predict(features) - labels) ** 2)
    assert np.mean((model.raw(features)[:, 0] - labels) ** 2) < 1.1 * best


@pytest.mark.parametrize(
    "loss",
    ["absolute_loss", "huber_loss", "eps_insensitive_squared_loss", "eps_insensitive_absolute_loss", "quantile_loss"],
)
def test_robust_losses_ignore_outliers_that_least_squares_does_not(tmp_path: Path, loss: str) -> None:
    features, labels = regression()
    dirty = labels.copy()
    dirty[:9] += 1000
    model = run(tmp_path, {**REGRESSOR, "loss": loss}, train=csv((features, dirty))).model
    off = float(np.median(np.abs(model.raw(features)[:, 0] - labels)))
    squared = LinearRegression().fit(features, dirty).predict(features)
    assert (off < 1.5) == (loss != "eps_insensitive_squared_loss")
    assert off < 1.5 or off < 2 * float(np.median(np.abs(squared - labels)))


def test_a_quantile_lies_below_its_share_of_labels(tmp_path: Path) -> None:
    features, labels = regression(1000)
    options = {**REGRESSOR, "loss": "quantile_loss", "quantile": "0.9"}
    model = run(tmp_path, options, train=csv((features, labels))).model
    assert 0.88 < float(np.mean(labels <= model.raw(features)[:, 0])) < 0.92


def test_l1_removes_features_that_say_nothing(tmp_path: Path) -> None:
    data = regression()
    model = run(tmp_path, {**REGRESSOR, "l1": "0.1"}, train=csv(data)).model
    assert model.weights[4, 0] == pytest.approx(0, abs=1e-6)
    assert abs(model.weights[0, 0]) > 0.5


def test_more_wd_makes_smaller_weights(tmp_path: Path) -> None:
    data = regression()
    free = run(tmp_path / "free", {**REGRESSOR, "wd": "0"}, train=csv(data)).model
    bound = run(tmp_path / "bound", {**REGRESSOR, "wd": "1"}, train=csv(data)).model
    assert abs(bound.weights[0, 0]) < 0.8 * abs(free.weights[0, 0])


def test_the_penalty_is_chosen_by_validation(tmp_path: Path) -> None:
    random = np.random.default_rng(4)
    features = random.normal(size=(60, 40))
    labels = features[:, 0] + 2 * random.normal(size=60)
    train, validation = (features[:45], labels[:45]), (features[45:], labels[45:])
    chosen = run(tmp_path / "chosen", REGRESSOR, train=csv(train), validation=csv(validation)).model
    free = run(
        tmp_path / "free", {**REGRESSOR, "wd": "0", "l1": "0"}, train=csv(train), validation=csv(validation)
    ).model
    errors = [np.mean((model.raw(validation[0])[:, 0] - validation[1]) ** 2) for model in (chosen, free)]
    assert errors[0] < 0.8 * errors[1]


def test_a_binary_classifier_equals_logistic_regression(tmp_path: Path) -> None:
    features, labels = binary()
    model = run(tmp_path, BINARY, train=csv((features, labels))).model
    reference = LogisticRegression(C=np.inf, tol=1e-10, max_iter=10_000).fit(features, labels)
    np.testing.assert_allclose(predicted(model, features), reference.predict_proba(features)[:, 1], atol=1e-3)


def test_the_threshold_holds_the_target(tmp_path: Path) -> None:
    features, labels = binary()
    options = {**BINARY, "binary_classifier_model_selection_criteria": "precision_at_target_recall"}
    model = run(tmp_path, {**options, "target_recall": "0.95"}, train=csv((features, labels))).model
    said = np.array([answer["predicted_label"] for answer in model.answers(features)])
    assert 0.95 <= said[labels == 1].mean() < 0.97


@pytest.mark.parametrize("criterion", ["f1", "f_beta"])
def test_the_threshold_reaches_the_best_f_score(tmp_path: Path, criterion: str) -> None:
    features, labels = binary()
    options = {**BINARY, "binary_classifier_model_selection_criteria": criterion}
    model = run(tmp_path, options, train=csv((features, labels))).model
    raw = model.raw(features)[:, 0]
    best = max(f1_score(labels, raw >= cut) for cut in raw)
    assert f1_score(labels, raw >= model.threshold) == pytest.approx(best)


def test_the_threshold_reaches_the_best_accuracy(tmp_path: Path) -> None:
    features, labels = binary()
    labels[:150] = 1
    model = run(tmp_path, BINARY, train=csv((features, labels))).model
    raw = model.raw(features)[:, 0]
    said = np.array([answer["predicted_label"] for answer in model.answers(features)])
    best = max(float(np.mean((raw >= cut) == labels)) for cut in [*raw, np.inf])
    assert float(np.mean(said == labels)) == pytest.approx(best)


def test_hinge_loss_answers_raw_scores(tmp_path: Path) -> None:
    features, labels = binary()
    model = run(tmp_path, {**BINARY, "loss": "hinge_loss"}, train=csv((features, labels))).model
    scores = predicted(model, features)
    assert scores.min() < -1
    assert scores.max() > 1
    assert np.mean((scores > 0) == labels) > 0.7


def test_balanced_weights_find_the_rare_class(tmp_path: Path) -> None:
    features, labels = binary(1000)
    kept = (labels == 0) | (np.arange(1000) % 12 == 0)
    data = (features[kept], labels[kept])
    options = {**BINARY, "binary_classifier_model_selection_criteria": "loss_function"}
    plain = run(tmp_path / "plain", options, train=csv(data)).model
    balanced = run(
        tmp_path / "balanced", {**options, "positive_example_weight_mult": "balanced"}, train=csv(data)
    ).model
    recalls = [np.mean(model.raw(data[0])[data[1] == 1, 0] >= 0) for model in (plain, balanced)]
    assert recalls[1] > recalls[0] + 0.2


def test_a_multiclass_classifier_equals_multinomial_regression(tmp_path: Path) -> None:
    features, labels = multiclass()
    model = run(tmp_path, MULTICLASS, train=csv((features, labels))).model
    reference = LogisticRegression(C=np.inf, tol=1e-10, max_iter=10_000).fit(features, labels)
    np.testing.assert_allclose(predicted(model, features), reference.predict_proba(features), atol=1e-3)
    assert {answer["predicted_label"] for answer in model.answers(features)} == {0, 1, 2, 3}


def test_training_twice_gives_the_same_file(tmp_path: Path) -> None:
    for name in ("first", "second"):
        run(tmp_path / name, {**REGRESSOR, "optimizer": "sgd"}, train=csv(regression()))
    weights = [run_file(tmp_path / name) for name in ("first", "second")]
    assert weights[0] == weights[1]


def run_file(base: Path) -> list[float]:
    with np.load(base / "model" / FILE) as parts:
        return [*parts["weights"].ravel().tolist(), *parts["bias"].tolist()]


def records(data: Data, *, sparse: bool) -> bytes:
    features, labels = data
    rows = []
    for row, label in zip(features, labels, strict=True):
        keys = np.flatnonzero(row)
        tensor = Tensor(row[keys], keys, (len(row),)) if sparse else Tensor(row)
        rows.append(Record({"values": tensor}, {"values": Tensor(np.array([label]))}))
    return write_records(rows)


def test_dense_and_sparse_records_and_csv_teach_the_same(tmp_path: Path) -> None:
    random = np.random.default_rng(6)
    features = random.normal(size=(200, 5)) * (random.random((200, 5)) < 0.3)
    data = (
        features.astype(np.float32).astype(float),
        (features @ [1.0, 2, 3, 4, 5] + 1).astype(np.float32).astype(float),
    )
    kind = "application/x-recordio-protobuf"
    models = [
        run(tmp_path / "csv", REGRESSOR, train=csv(data)).model,
        run(tmp_path / "dense", REGRESSOR, kind, train=records(data, sparse=False)).model,
        run(tmp_path / "sparse", REGRESSOR, kind, train=records(data, sparse=True)).model,
    ]
    for model in models:
        np.testing.assert_allclose(model.raw(data[0])[:, 0], data[1], atol=1e-3)


def test_a_pipe_is_read(tmp_path: Path) -> None:
    config, pipe = tmp_path / "input" / "config", tmp_path / "input" / "data" / "train_0"
    config.mkdir(parents=True)
    pipe.parent.mkdir()
    (config / "hyperparameters.json").write_text(json.dumps(SMALL | REGRESSOR))
    (config / "inputdataconfig.json").write_text('{"train": {"ContentType": "text/csv", "TrainingInputMode": "Pipe"}}')
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_bytes, args=(csv(regression()),))
    writer.start()
    assert train.run(tmp_path) == 0
    writer.join()
    assert load(tmp_path / "model").width == 6


METRICS = {
    "regressor": {"objective_loss", "mse", "absolute_loss", "rmse"},
    "binary_classifier": {
        "objective_loss",
        "binary_classification_accuracy",
        "binary_f_beta",
        "precision",
        "recall",
        "roc_auc_score",
    },
    "multiclass_classifier": {
        "objective_loss",
        "multiclass_accuracy",
        "multiclass_top_k_accuracy",
        "dcg",
        "macro_recall",
        "macro_precision",
        "macro_f_beta",
    },
}


@pytest.mark.parametrize(
    ("options", "data"), [(REGRESSOR, regression()), (BINARY, binary()), (MULTICLASS, multiclass())]
)
def test_sagemakers_expressions_find_every_metric(
    tmp_path: Path, options: dict[str, str], data: Data, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    assert run(tmp_path, options, train=csv(data), validation=csv(data), test=csv(data)).code == 0
    text = caplog.text
    algorithm = builtin_metrics.algorithm("382416733822.dkr.ecr.us-east-1.amazonaws.com/linear-learner:1")
    assert algorithm is not None
    found = {name for name, expression in algorithm.definitions if re.search(expression, text)}
    wanted = METRICS[options["predictor_type"]]
    assert {f"{channel}:{name}" for channel in ("train", "validation", "test") for name in wanted} <= found
    assert {"train:progress", "train:throughput", "validation:objective_loss:final"} <= found


def test_printed_metrics_are_those_of_scikit_learn(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    features, labels = binary()
    model = run(tmp_path, BINARY, train=csv((features, labels))).model
    text = caplog.text
    said = [answer["predicted_label"] for answer in model.answers(features)]
    expected = {
        "binary_classification_accuracy": accuracy_score(labels, said),
        "binary_f_1.000": f1_score(labels, said),
        "precision": precision_score(labels, said),
        "recall": recall_score(labels, said),
        "roc_auc_score": roc_auc_score(labels, model.raw(features)[:, 0]),
    }
    for name, value in expected.items():
        printed = re.search(rf"#quality_metric: host=algo-1, train {re.escape(name)} <score>=(\S+)", text)
        assert printed, name
        assert float(printed[1]) == pytest.approx(value)


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({}, "'predictor_type' is a required property"),
        ({**REGRESSOR, "num_round": "3"}, "Additional properties are not allowed ('num_round' was unexpected)"),
        ({"predictor_type": "binary"}, "predictor_type='binary' must be one of regressor, binary_classifier"),
        ({**REGRESSOR, "epochs": "0"}, "epochs='0' must be a whole number from 1"),
        ({**REGRESSOR, "wd": "-1"}, "wd='-1' must be a number from 0 or auto"),
        ({**REGRESSOR, "quantile": "1.5"}, "quantile='1.5' must be a number above 0, at most 1"),
        ({**REGRESSOR, "use_bias": "maybe"}, "use_bias='maybe' must be true or false"),
        ({**REGRESSOR, "loss": "logistic"}, "loss='logistic' is not for a regressor"),
        ({"predictor_type": "multiclass_classifier"}, "num_classes must be a whole number from 3"),
        ({**REGRESSOR, "feature_dim": "5"}, "channel train has 6 features, feature_dim is 5"),
        ({**REGRESSOR, "learning_rate": "1e300", "optimizer": "sgd"}, "the model diverged"),
    ],
)
def test_wrong_hyperparameters_are_named(tmp_path: Path, options: dict[str, str], reason: str) -> None:
    trained = run(tmp_path, options, train=csv(regression()))
    assert trained.code == 2
    assert trained.failure.startswith("ClientError: ")
    assert reason in trained.failure


def test_all_that_is_wrong_is_told_at_once(tmp_path: Path) -> None:
    trained = run(tmp_path, {**REGRESSOR, "epochs": "x", "l1": "x", "what": "x"}, train=csv(regression()))
    assert all(name in trained.failure for name in ("epochs", "l1", "what"))


def test_every_documented_hyperparameter_is_taken(tmp_path: Path) -> None:
    given = {
        "accuracy_top_k": "2", "balance_multiclass_weights": "true", "beta_1": "0.9", "beta_2": "0.99",
        "bias_lr_mult": "2", "bias_wd_mult": "0", "early_stopping_patience": "2", "early_stopping_tolerance": "0.01",
        "epochs": "3", "f_beta": "2", "feature_dim": "2", "init_bias": "0.1", "init_method": "normal",
        "init_scale": "0.1", "init_sigma": "0.1", "l1": "0.0001", "learning_rate": "0.05", "loss": "auto",
        "lr_scheduler_factor": "0.9", "lr_scheduler_minimum_lr": "0.001", "lr_scheduler_step": "5",
        "mini_batch_size": "50", "momentum": "0.5", "normalize_data": "true", "num_models": "1", "optimizer": "adam",
        "num_point_for_scaler": "100", "unbias_data": "true", "use_bias": "true", "use_lr_scheduler": "true",
        "wd": "0.0001", "_tuning_objective_metric": "validation:multiclass_accuracy",
    }  # fmt: skip
    data = multiclass()
    model = run(tmp_path, {**MULTICLASS, **given}, train=csv(data), validation=csv(data)).model
    assert np.mean(model.raw(data[0]).argmax(axis=1) == data[1]) > 0.7


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "channel train has no rows"),
        (b"label,a\n1,2\n", "not rows of numbers without a header"),
        (b"1,2\n1,2,3\n", "not rows of numbers"),
        (b"1,nan\n", "row 1 has a cell that is no finite number"),
        (b"1\n2\n", "a row needs a label and at least one feature"),
    ],
)
def test_wrong_data_is_named(tmp_path: Path, body: bytes, reason: str) -> None:
    trained = run(tmp_path, REGRESSOR, train=body)
    assert trained.code == 2
    assert reason in trained.failure


def test_more_rows_in_a_mini_batch_than_there_are_is_refused_as_on_aws(tmp_path: Path) -> None:
    trained = run(tmp_path, {**REGRESSOR, "mini_batch_size": "1000"}, train=csv(regression()))
    assert trained.code == 2
    assert "the mini-batch size is too high" in trained.failure


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (BINARY, "the labels of a binary_classifier must be 0 or 1, found 3"),
        ({**MULTICLASS, "num_classes": "3"}, "must be whole numbers from 0 to 2, found 3"),
    ],
)
def test_labels_out_of_range_are_named(tmp_path: Path, options: dict[str, str], reason: str) -> None:
    assert reason in run(tmp_path, options, train=csv(multiclass())).failure


def test_channels_must_be_known_and_of_one_width(tmp_path: Path) -> None:
    data = csv(regression())
    assert "the channel train is missing" in run(tmp_path / "a", REGRESSOR, validation=data).failure
    assert "unknown channels: training" in run(tmp_path / "b", REGRESSOR, training=data).failure
    narrow = run(tmp_path / "c", {**REGRESSOR, "feature_dim": "6"}, train=data, test=b"1,2,3\n")
    assert "channel test has 2 features, feature_dim is 6" in narrow.failure
    assert "must be text/csv or" in run(tmp_path / "d", REGRESSOR, "text/libsvm", train=data).failure
