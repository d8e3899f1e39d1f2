// Holds needs against grants: JSON on standard input, a verdict for each need on standard output.
// Each grant is a policy of its own, so that a verdict tells by which grants a need is allowed.
import { text } from "node:stream/consumers";
import { runSimulation } from "@cloud-copilot/iam-simulate";

const { account, grants, needs } = JSON.parse(await text(process.stdin));

async function verdict(need) {
  const policies = (grants[need.role] ?? []).map((statement, index) => ({
    name: String(index),
    policy: { Version: "2012-10-17", Statement: [statement] },
  }));
  const { errors, result } = await runSimulation(
    {
      request: {
        principal: need.role,
        action: need.action,
        resource: { resource: need.resource, accountId: account },
        contextVariables: need.context,
      },
      identityPolicies: policies,
      serviceControlPolicies: [],
      resourceControlPolicies: [],
    },
    {},
  );
  return {
    allowed: result?.analysis.result === "Allowed",
    problem: !result
      ? JSON.stringify(errors ?? "the resource is a wildcard")
      : result.ignoredContextKeys.map((key) => `${key} is no condition key of it`).join(),
    by: (result?.analysis.identityAnalysis?.allowStatements ?? []).map((found) => Number(found.policyId)),
  };
}

const verdicts = [];
for (const need of needs) verdicts.push(await verdict(need));
process.stdout.write(JSON.stringify(verdicts));
