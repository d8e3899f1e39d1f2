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
  const said = await runSimulation(
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
  const results = said.results ?? (said.result ? [said.result] : []);
  const ignored = results.flatMap((one) => one.ignoredContextKeys ?? []);
  const allowing = results.flatMap((one) => one.analysis.identityAnalysis?.allowStatements ?? []);
  return {
    allowed: said.overallResult === "Allowed",
    problem: said.errors ? JSON.stringify(said.errors) : ignored.map((key) => `${key} is no condition key of it`).join(),
    by: allowing.map((found) => Number(found.policyId)),
  };
}

const verdicts = [];
for (const need of needs) verdicts.push(await verdict(need));
process.stdout.write(JSON.stringify(verdicts));
