"""ModelTrainer with built-in XGBoost, then the resources: model, config, endpoint, transform, delete."""

import tempfile
import time
from pathlib import Path

import boto3
import numpy as np
from flowers import split, write
from sagemaker.core import image_uris
from sagemaker.core.helper.session_helper import Session
from sagemaker.core.resources import Endpoint, EndpointConfig, Model, TransformJob
from sagemaker.core.shapes import (
    ContainerDefinition,
    ProductionVariant,
    TransformDataSource,
    TransformInput,
    TransformOutput,
    TransformResources,
    TransformS3DataSource,
)
from sagemaker.train import ModelTrainer
from sagemaker.train.configs import Compute, InputData, OutputDataConfig

ROLE = "arn:aws:iam::123456789012:role/jobs"

session = Session()
bucket = session.default_bucket()
with tempfile.TemporaryDirectory() as folder:
    files = write(Path(folder))
    train = session.upload_data(str(files["train"]), bucket, "sdk3/iris/train")
    test = session.upload_data(str(files["test"]), bucket, "sdk3/iris/test")

image = image_uris.retrieve("xgboost", "us-east-1", version="1.7-1")
trainer = ModelTrainer(
    training_image=image, role=ROLE, sagemaker_session=session, base_job_name="sdk3-iris",
    compute=Compute(instance_type="ml.m5.large", instance_count=1),
    output_data_config=OutputDataConfig(s3_output_path=f"s3://{bucket}/sdk3/iris/models"),
    hyperparameters={"objective": "multi:softmax", "num_class": 3, "num_round": 20},
)  # fmt: skip
channels = [
    InputData(channel_name=name, data_source=train, content_type="text/csv") for name in ("train", "validation")
]
trainer.train(channels, wait=True, logs=True)
job = trainer._latest_training_job.refresh()
assert job.training_job_status == "Completed"
final = {item.metric_name: item.value for item in job.final_metric_data_list}
assert final["validation:mlogloss"] < 0.2, final

name = f"sdk3-iris-{int(time.time() * 1000)}"
container = ContainerDefinition(image=image, model_data_url=job.model_artifacts.s3_model_artifacts)
model = Model.create(model_name=name, primary_container=container, execution_role_arn=ROLE)


def config(number: int, instances: int) -> EndpointConfig:
    """Create an endpoint configuration of one variant."""
    variant = ProductionVariant(
        variant_name="all", model_name=name, initial_instance_count=instances, instance_type="ml.m5.large"
    )
    return EndpointConfig.create(endpoint_config_name=f"{name}-{number}", production_variants=[variant])


first = config(1, 1)
endpoint = Endpoint.create(endpoint_name=name, endpoint_config_name=first)
endpoint.wait_for_status("InService")
expected = split()[1]
body = "\n".join(",".join(f"{cell:g}" for cell in row) for row in expected[:, 1:])
answer = endpoint.invoke(body=body, content_type="text/csv", accept="text/csv", target_variant="all")
assert answer.invoked_production_variant == "all"
predicted = np.array(answer.body.read().decode().replace(",", " ").split(), dtype=float)
assert (predicted == expected[:, 0]).mean() >= 0.9, predicted

second = config(2, 2)
endpoint.endpoint_config_name = second.endpoint_config_name
endpoint.update(retain_all_variant_properties=False)
endpoint.wait_for_status("InService")
assert endpoint.refresh().production_variants[0].current_instance_count == 2

transform = TransformJob.create(
    transform_job_name=name, model_name=name,
    transform_input=TransformInput(
        data_source=TransformDataSource(s3_data_source=TransformS3DataSource(s3_data_type="S3Prefix", s3_uri=test)),
        content_type="text/csv", split_type="Line",
    ),
    transform_output=TransformOutput(s3_output_path=f"s3://{bucket}/sdk3/iris/scores", assemble_with="Line"),
    transform_resources=TransformResources(instance_type="ml.m5.large", instance_count=1),
)  # fmt: skip
transform.wait(logs=False)
scores = boto3.client("s3").get_object(Bucket=bucket, Key="sdk3/iris/scores/test.csv.out")["Body"].read().decode()
assert np.array_equal(np.array(scores.replace(",", " ").split(), dtype=float), predicted)

endpoint.delete()
endpoint.wait_for_delete()
for item in (first, second, model):
    item.delete()
assert name not in [found.model_name for found in Model.get_all(name_contains=name)]
