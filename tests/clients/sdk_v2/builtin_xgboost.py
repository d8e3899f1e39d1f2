"""Built-in XGBoost by the SDK's Estimator: fit with logs, deploy, predict, update the endpoint, transform, delete."""

import tempfile
from pathlib import Path

import numpy as np
import sagemaker
from flowers import split, write
from sagemaker import image_uris
from sagemaker.deserializers import CSVDeserializer
from sagemaker.estimator import Estimator
from sagemaker.inputs import TrainingInput
from sagemaker.serializers import CSVSerializer

ROLE = "arn:aws:iam::123456789012:role/jobs"

session = sagemaker.Session()
bucket = session.default_bucket()
with tempfile.TemporaryDirectory() as folder:
    files = write(Path(folder))
    train = session.upload_data(str(files["train"]), bucket, "sdk2/iris/train")
    test = session.upload_data(str(files["test"]), bucket, "sdk2/iris/test")

image = image_uris.retrieve("xgboost", session.boto_region_name, version="1.7-1")
estimator = Estimator(
    image, ROLE, instance_count=1, instance_type="ml.m5.large", sagemaker_session=session,
    output_path=f"s3://{bucket}/sdk2/iris/models", base_job_name="sdk2-iris",
    hyperparameters={"objective": "multi:softmax", "num_class": 3, "num_round": 20},
)  # fmt: skip
channel = TrainingInput(train, content_type="text/csv")
estimator.fit({"train": channel, "validation": channel}, logs="All")
final = {item["MetricName"]: item["Value"] for item in estimator.latest_training_job.describe()["FinalMetricDataList"]}
assert final["validation:mlogloss"] < 0.2, final
metrics = estimator.training_job_analytics.dataframe()
assert "validation:mlogloss" in set(metrics.metric_name), metrics

predictor = estimator.deploy(1, "ml.m5.large", serializer=CSVSerializer(), deserializer=CSVDeserializer())
expected = split()[1]
predicted = np.array(predictor.predict(expected[:, 1:]), dtype=float).ravel()
assert (predicted == expected[:, 0]).mean() >= 0.9, predicted

before = session.describe_endpoint(predictor.endpoint_name)["EndpointConfigName"]
predictor.update_endpoint(initial_instance_count=2, instance_type="ml.m5.large")
described = session.describe_endpoint(predictor.endpoint_name)
assert described["EndpointStatus"] == "InService"
assert described["EndpointConfigName"] != before
assert described["ProductionVariants"][0]["CurrentInstanceCount"] == 2

transformer = estimator.transformer(
    1, "ml.m5.large", strategy="MultiRecord", assemble_with="Line", output_path=f"s3://{bucket}/sdk2/iris/scores"
)
transformer.transform(test, content_type="text/csv", split_type="Line", wait=True, logs=True)
scores = sagemaker.s3.S3Downloader.read_file(f"s3://{bucket}/sdk2/iris/scores/test.csv.out", session)
assert np.array_equal(np.array(scores.split(), dtype=float), predicted)

predictor.delete_model()
predictor.delete_endpoint()
transformer.delete_model()
remaining = session.sagemaker_client.list_endpoints(NameContains=predictor.endpoint_name)["Endpoints"]
assert not [item for item in remaining if item["EndpointStatus"] != "Deleting"], remaining
