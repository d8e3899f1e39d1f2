"""What the gateway checks of a body: JSON Schema draft 4, all that it knows.

It checks the envelope; the features are the function's, since they change with the live model. A body without a
media type counts as JSON; one of a media type without a model passes unchecked (text/csv among them), and a proxy
integration has no passthrough behaviour to refuse it with: answering 415 is the function's too.
https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-method-request-validation.html
"""

from aws_cdk.aws_apigateway import JsonSchema, JsonSchemaType, JsonSchemaVersion

PREDICTIONS = JsonSchema(
    schema=JsonSchemaVersion.DRAFT4,
    title="Predictions",
    type=JsonSchemaType.OBJECT,
    required=["instances"],
    additional_properties=False,
    properties={"instances": JsonSchema(type=JsonSchemaType.ARRAY, min_items=1)},
)
# A value, or one per instance of the request; a forecast's are lists over the horizon.
FEEDBACK = JsonSchema(
    schema=JsonSchemaVersion.DRAFT4,
    title="Feedback",
    type=JsonSchemaType.OBJECT,
    required=["inference_id", "actual"],
    additional_properties=False,
    properties={
        "inference_id": JsonSchema(type=JsonSchemaType.STRING, min_length=36, max_length=36),
        "actual": JsonSchema(type=[JsonSchemaType.NUMBER, JsonSchemaType.STRING, JsonSchemaType.ARRAY]),
    },
)
