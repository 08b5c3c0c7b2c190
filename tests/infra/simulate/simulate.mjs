// Reads simulations as a JSON list, writes what each ends with: Allowed, ImplicitlyDenied, ExplicitlyDenied, or the fault.
import { readFileSync } from 'node:fs'
import { runSimulation } from '@cloud-copilot/iam-simulate'

const everything = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] }
const organization = [{ orgIdentifier: 'o-root', policies: [{ name: 'FullAWSAccess', policy: everything }] }]

const ends = []
for (const one of JSON.parse(readFileSync(0, 'utf8'))) {
  const simulation = {
    request: {
      principal: one.principal,
      action: one.action,
      resource: { resource: one.resource, accountId: one.account },
      contextVariables: one.context,
    },
    identityPolicies: one.policies,
    serviceControlPolicies: organization,
    resourceControlPolicies: [],
    resourcePolicy: one.keyPolicy ?? undefined,
    permissionBoundaryPolicies: one.boundary ?? undefined,
  }
  const result = await runSimulation(simulation, {})
  ends.push(result.resultType === 'error' ? `Error: ${JSON.stringify(result.errors)}` : result.overallResult)
}
process.stdout.write(JSON.stringify(ends))
