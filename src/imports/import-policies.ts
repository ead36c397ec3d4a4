import { versionedPolicy, type PolicyRefusal } from '../db/policies.ts'
import { DEFAULT_IMPORT_POLICY, ImportPolicy } from './import.ts'

export type ImportPolicyRefusal = PolicyRefusal

/** From how many changes on a second person looks, and how long things are kept: data with versions. */
export const POLICY = versionedPolicy('import', {
  parse: (body) => ImportPolicy.parse(body),
  ...{ initial: DEFAULT_IMPORT_POLICY, action: 'import.policy-changed' },
})
