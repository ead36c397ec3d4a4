/**
 * The three faults of every target, as a port reports them:
 * - `unreachable`: nothing was sent, trying again is safe;
 * - `outcome-unknown`: it may have happened, look before trying again;
 * - `refused`: the server said no, a person must look.
 */
export type FaultKind = 'unreachable' | 'outcome-unknown' | 'refused'

export type Fault = { readonly kind: FaultKind; readonly detail: string }

/** Thrown by a port's verbs that cannot answer per subject (reads, checks); `ensure` returns its faults instead. */
export class TargetFault extends Error {
  readonly fault: Fault
  constructor(fault: Fault, options?: ErrorOptions) {
    super(`${fault.kind}: ${fault.detail}`, options)
    this.name = 'TargetFault'
    this.fault = fault
  }
}

/** One line of `doctor`: what was looked at, whether it is well, and what to do if not. */
export type Finding = {
  readonly check: string
  readonly ok: boolean
  readonly detail: string
  readonly remedy?: string
}
