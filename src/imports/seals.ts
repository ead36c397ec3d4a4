import type { Secrets } from '../kernel/secrets.ts'
import type { KeptPlan } from './plan.ts'
import { Patch } from './plan/patch.ts'
import type { PersonFields } from './plan/item.ts'
import type { Found } from './found.ts'

/** What was there before a row was carried out: for taking it back. */
export type Before = { readonly [F in keyof PersonFields]?: PersonFields[F] | string | null } & {
  readonly state?: string
}

export type Seals = ReturnType<typeof sealsOf>

/** What may hold an identification number lies sealed, each kind in a context of its own; rows in chunks (chunks.ts). */
export function sealsOf(secrets: Pick<Secrets, 'seal' | 'open' | 'sealBytes' | 'openBytes'>) {
  /** Our own writing, authenticated by its seal; only what a later version may read otherwise is parsed. */
  const of = <T>(context: string, parse = (value: unknown) => value as T) => ({
    seal: (value: T): string => secrets.seal(JSON.stringify(value), context),
    open: (sealed: string): T => parse(JSON.parse(secrets.open(sealed, context))),
  })
  return {
    file: {
      seal: (bytes: Buffer): Buffer => secrets.sealBytes(bytes, 'import.file'),
      open: (sealed: Uint8Array): Buffer => secrets.openBytes(sealed, 'import.file'),
    },
    plan: of<KeptPlan>('import.plan'),
    patch: of<Patch>('import.patch', (value) => Patch.parse(value)),
    before: of<Before>('import.before'),
    found: of<Found>('import.found'),
  }
}
