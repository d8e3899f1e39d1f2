"""HyperparameterTuner: fit, analytics, attach by name, best estimator deployed."""

import tempfile
from pathlib import Path

import sagemaker
from flowers import split, write
from sagemaker import image_uris
from sagemaker.deserializers import CSVDeserializer
from sagemaker.estimator import Estimator
from sagemaker.inputs import TrainingInput
from sagemaker.serializers import CSVSerializer
from sagemaker.tuner import ContinuousParameter, HyperparameterTuner, IntegerParameter

ROLE = "arn:aws:iam::123456789012:role/jobs"

session = sagemaker.Session()
bucket = session.default_bucket()
with tempfile.TemporaryDirectory() as folder:
    train = session.upload_data(str(write(Path(folder))["train"]), bucket, "sdk2/tuner/train")

estimator = Estimator(
    image_uris.retrieve("xgboost", session.boto_region_name, version="1.7-1"), ROLE, instance_count=1,
    instance_type="ml.m5.large", sagemaker_session=session, output_path=f"s3://{bucket}/sdk2/tuner/models",
    hyperparameters={"objective": "multi:softprob", "num_class": 3, "num_round": 10},
)  # fmt: skip
tuner = HyperparameterTuner(
    estimator, "validation:mlogloss",
    {"eta": ContinuousParameter(0.05, 0.5, "Logarithmic"), "max_depth": IntegerParameter(2, 6)},
    objective_type="Minimize", max_jobs=4, max_parallel_jobs=2, base_tuning_job_name="sdk2-tuner",
)  # fmt: skip
channel = TrainingInput(train, content_type="text/csv")
tuner.fit({"train": channel, "validation": channel}, wait=True)
described = tuner.describe()
assert described["HyperParameterTuningJobStatus"] == "Completed", described
assert described["TrainingJobStatusCounters"]["Completed"] == 4, described
trials = tuner.analytics().dataframe()
assert len(trials) == 4
assert trials.FinalObjectiveValue.notna().all()

attached = HyperparameterTuner.attach(tuner.latest_tuning_job.name, sagemaker_session=session)
best = attached.best_training_job()
assert best == trials.sort_values("FinalObjectiveValue").TrainingJobName.iloc[0]
predictor = attached.deploy(1, "ml.m5.large", serializer=CSVSerializer(), deserializer=CSVDeserializer())
rows = predictor.predict(split()[1][:3, 1:])
assert [len(row) for row in rows] == [3, 3, 3], rows
predictor.delete_model()
predictor.delete_endpoint()
