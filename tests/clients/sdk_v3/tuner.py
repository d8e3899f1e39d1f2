"""HyperparameterTuner of the third version over a ModelTrainer with built-in XGBoost."""

import tempfile
from pathlib import Path

from flowers import write
from sagemaker.core import image_uris
from sagemaker.core.helper.session_helper import Session
from sagemaker.core.parameter import ContinuousParameter, IntegerParameter
from sagemaker.core.resources import TrainingJob
from sagemaker.train import ModelTrainer
from sagemaker.train.configs import Compute, InputData, OutputDataConfig
from sagemaker.train.tuner import HyperparameterTuner

ROLE = "arn:aws:iam::123456789012:role/jobs"

session = Session()
bucket = session.default_bucket()
with tempfile.TemporaryDirectory() as folder:
    train = session.upload_data(str(write(Path(folder))["train"]), bucket, "sdk3/tuner/train")

trainer = ModelTrainer(
    training_image=image_uris.retrieve("xgboost", "us-east-1", version="1.7-1"), role=ROLE, sagemaker_session=session,
    compute=Compute(instance_type="ml.m5.large", instance_count=1), base_job_name="sdk3-tuner",
    output_data_config=OutputDataConfig(s3_output_path=f"s3://{bucket}/sdk3/tuner/models"),
    hyperparameters={"objective": "multi:softprob", "num_class": 3, "num_round": 10},
)  # fmt: skip
tuner = HyperparameterTuner(
    trainer, "validation:mlogloss",
    {"eta": ContinuousParameter(0.05, 0.5), "max_depth": IntegerParameter(2, 6)},
    objective_type="Minimize", max_jobs=3, max_parallel_jobs=2, strategy="Random",
)  # fmt: skip
channels = [
    InputData(channel_name=name, data_source=train, content_type="text/csv") for name in ("train", "validation")
]
tuner.tune(channels, wait=True)
described = tuner.describe()
assert described.hyper_parameter_tuning_job_status == "Completed"
assert described.objective_status_counters.succeeded == 3
best = tuner.best_training_job()
job = TrainingJob.get(training_job_name=best)
assert job.training_job_status == "Completed"
assert 2 <= int(job.hyper_parameters["max_depth"]) <= 6
