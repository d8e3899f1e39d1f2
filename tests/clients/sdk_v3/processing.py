"""Processor of the third version with the scikit-learn image: a command on files, results in S3."""

import boto3
from sagemaker.core import image_uris
from sagemaker.core.helper.session_helper import Session
from sagemaker.core.processing import Processor
from sagemaker.core.shapes import ProcessingInput, ProcessingOutput, ProcessingS3Input, ProcessingS3Output

ROLE = "arn:aws:iam::123456789012:role/jobs"

session = Session()
bucket = session.default_bucket()
s3 = boto3.client("s3")
s3.put_object(Bucket=bucket, Key="sdk3/processing/input/table.csv", Body="1,2\n3,4\n5,6\n")

program = (
    "import os, pathlib;"
    "home = pathlib.Path(os.environ.get('SAGEMAKER_BASE_DIR', '/opt/ml')) / 'processing';"
    "rows = (home / 'input' / 'table.csv').read_text().splitlines();"
    "(home / 'output' / 'rows.txt').write_text(str(len(rows)));"
    "print('rows counted')"
)
processor = Processor(
    role=ROLE, image_uri=image_uris.retrieve("sklearn", "us-east-1", version="1.2-1", py_version="py3"),
    instance_count=1, instance_type="ml.m5.large", entrypoint=["python3", "-c", program], sagemaker_session=session,
    base_job_name="sdk3-rows",
)  # fmt: skip
processor.run(
    inputs=[
        ProcessingInput(
            input_name="table",
            s3_input=ProcessingS3Input(
                s3_uri=f"s3://{bucket}/sdk3/processing/input", local_path="/opt/ml/processing/input",
                s3_data_type="S3Prefix", s3_input_mode="File",
            ),
        )
    ],
    outputs=[
        ProcessingOutput(
            output_name="rows",
            s3_output=ProcessingS3Output(
                s3_uri=f"s3://{bucket}/sdk3/processing/output", local_path="/opt/ml/processing/output",
                s3_upload_mode="EndOfJob",
            ),
        )
    ],
    wait=True,
    logs=True,
)  # fmt: skip
assert s3.get_object(Bucket=bucket, Key="sdk3/processing/output/rows.txt")["Body"].read() == b"3"
