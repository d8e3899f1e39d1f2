"""scikit-learn in script mode: SKLearn.fit with metric definitions, deploy, predict, batch transform."""

import tempfile
from pathlib import Path

import numpy as np
import sagemaker
from flowers import split, write
from sagemaker.sklearn.estimator import SKLearn

ROLE = "arn:aws:iam::123456789012:role/jobs"

session = sagemaker.Session()
bucket = session.default_bucket()
with tempfile.TemporaryDirectory() as folder:
    files = write(Path(folder))
    train = session.upload_data(str(files["train"]), bucket, "sdk2/forest/train")
    test = session.upload_data(str(files["test"]), bucket, "sdk2/forest/test")

estimator = SKLearn(
    entry_point="train.py", source_dir=str(Path(__file__).parent / "forest"), role=ROLE, framework_version="1.2-1",
    py_version="py3", instance_type="ml.m5.large", sagemaker_session=session, base_job_name="sdk2-forest",
    hyperparameters={"n-estimators": 25},
    metric_definitions=[{"Name": "train:accuracy", "Regex": r"train-accuracy=([0-9.]+);"}],
)  # fmt: skip
estimator.fit({"train": train})
job = estimator.latest_training_job.describe()
assert {item["MetricName"] for item in job["FinalMetricDataList"]} == {"train:accuracy"}
assert job["FinalMetricDataList"][0]["Value"] > 0.99

predictor = estimator.deploy(initial_instance_count=1, instance_type="ml.m5.large")  # npy in, npy out
expected = split()[1]
predicted = predictor.predict(expected[:, 1:])
assert isinstance(predicted, np.ndarray), type(predicted)
assert (predicted == expected[:, 0]).mean() >= 0.9, predicted

scores = f"s3://{bucket}/sdk2/forest/scores"
transformer = estimator.transformer(1, "ml.m5.large", output_path=scores, accept="text/csv", assemble_with="Line")
transformer.transform(test, content_type="text/csv", split_type="Line", logs=False)
scored = sagemaker.s3.S3Downloader.read_file(f"{scores}/test.csv.out", session)
assert np.array_equal(np.array(scored.replace(",", " ").split(), dtype=float), predicted), scored

predictor.delete_model()
predictor.delete_endpoint()
