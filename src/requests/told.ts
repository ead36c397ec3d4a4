import type { DetailsOf, Details } from './ask.ts'
import type { RequestKind } from './kinds.ts'

type NumberHidden<T> = Omit<T, 'number'> & {
  /** Only the last three digits; the whole by `reveal`, which is logged. */
  readonly numberEnd: string
}
type Hidden<D> =
  D extends DetailsOf<'person'>
    ? NumberHidden<D>
    : D extends DetailsOf<'people'>
      ? Omit<D, 'people'> & { readonly people: readonly NumberHidden<D['people'][number]>[] }
      : D
/** What a request is about, as people read it: identification numbers are shown by their ends. */
export type Told = { [K in RequestKind]: Hidden<DetailsOf<K>> }[RequestKind]
export type ToldOf<K extends RequestKind> = Extract<Told, { kind: K }>

/** What accounts and units that a request names are called. */
export type Names = {
  readonly accounts: Readonly<Record<string, { readonly name: string; readonly address: string | null }>>
  readonly units: Readonly<Record<string, string>>
}

const hide = <T extends { number: string }>({ number, ...rest }: T) => ({ ...rest, numberEnd: number.slice(-3) })

export function told(details: Details): Told {
  if (details.kind === 'person') return hide(details)
  return details.kind === 'people' ? { ...details, people: details.people.map(hide) } : details
}
