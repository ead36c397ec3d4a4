import type { Permit } from '../access/policy.ts'
import type { Difference, DirectorySurvey } from '../directory/survey.ts'
import { TargetFault } from '../kernel/fault.ts'
import type { Wanted } from '../provisioning/wanted.ts'
import type { AttributeRule } from './attribute.ts'
import { ruleOf } from './attribute.ts'
import type { AttributePolicies } from './attributes.ts'
import { wantedOf } from './verify.ts'

/** One attribute of an entry: what it should be, what it is, and whose word counts. */
export type Explained = {
  readonly attribute: string
  readonly should: readonly string[]
  /** As read just now; null when it is as it should be, or could not be read. */
  readonly is: readonly string[] | null
  readonly rule: AttributeRule
}
export type Explanation = {
  readonly attributes: readonly Explained[]
  /** `read`: the entry was read just now; `missing`: there is none; else why it could not be read. */
  readonly reading: { readonly kind: 'read' | 'missing' } | { readonly kind: 'faulty'; readonly detail: string }
}

/** Why an account's entry has the values that it has. */
export function explainerOf(deps: { directory: DirectorySurvey; wanted: Wanted; attributes: AttributePolicies }) {
  const { directory, wanted, attributes } = deps

  /** What differs of the entry as it stands. */
  async function reading(
    entry: Parameters<DirectorySurvey['describe']>[0],
  ): Promise<{ reading: Explanation['reading']; differences: readonly Difference[] }> {
    try {
      const own = (await directory.look([entry])).find(({ id }) => id === entry.id.toLowerCase())
      return own
        ? { reading: { kind: 'read' }, differences: own.differences }
        : { reading: { kind: 'missing' }, differences: [] }
    } catch (error) {
      if (!(error instanceof TargetFault)) throw error
      return { reading: { kind: 'faulty', detail: error.fault.detail }, differences: [] }
    }
  }

  /** Null for what has no entry, or should have none any more. */
  return async (_permit: Permit<'reconcile.read'>, account: string): Promise<Explanation | null> => {
    const [entry] = (await wantedOf(wanted, [account])).entries
    if (!entry) return null
    const [{ policy }, seen] = [await attributes.present(), await reading(entry)]
    return {
      reading: seen.reading,
      attributes: directory.describe(entry).map(({ attribute, should }) => ({
        ...{ attribute, should, rule: ruleOf(policy, attribute) },
        is: seen.differences.find((difference) => difference.attribute === attribute)?.is ?? null,
      })),
    }
  }
}
