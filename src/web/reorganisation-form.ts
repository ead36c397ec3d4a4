import type { Received } from './uploads.ts'
import type { Services } from '../main/compose.ts'
import type { Day } from '../kernel/day.ts'
import { ASSIGNED_BY, STEP_KINDS, type Draft, type Head } from '../reorganisations/draft.ts'
import type { PlanFile } from '../reorganisations/reorganisations.ts'
import { BY_WORDS, HEAD_FIELDS, KIND_WORDS, STEP_WORDS, type HeadText } from '../reorganisations/written.ts'
import { UNIT_KINDS } from '../units/unit.ts'
import type { Page } from './page.ts'
import type { FieldError } from './rendering.ts'
import { sheetFaultText } from './words/reorganisation-sayings.ts'
import { fileRefusalText } from './words/roster-sayings.ts'

/** The one file that a plan's forms may bring. */
export const UPLOAD = { field: 'file', maxBytes: 8_000_000 } as const
/** So many faults of a file are told one by one. */
const TOLD = 20

const dayParts = (of: Day | null, prefix: string): Record<string, string> => ({
  [`${prefix}Day`]: of?.slice(8) ?? '',
  [`${prefix}Month`]: of?.slice(5, 7) ?? '',
  [`${prefix}Year`]: of?.slice(0, 4) ?? '',
})
const DATES = ['date', 'on'] as const
/** The names of the fields of a plan's head. */
export const HEAD_NAMES: readonly string[] = [
  ...HEAD_FIELDS.filter((field) => !(DATES as readonly string[]).includes(field)),
  ...DATES.flatMap((prefix) => ['Day', 'Month', 'Year'].map((part) => `${prefix}${part}`)),
]

/** A head as its form shows it. */
export const headForm = ({ name, document, effectiveOn, options }: Head): Record<string, string> => ({
  ...{ name, number: document?.number ?? '', aliasMonths: String(options.aliasMonths), personal: options.personal },
  letters: options.letters ? 'yes' : 'no',
  ...dayParts(document?.date ?? null, 'date'),
  ...dayParts(effectiveOn, 'on'),
})

/** What was typed as a head, as `readHead` takes it. */
export function headText(typed: Readonly<Record<string, string>>): HeadText {
  const date = (prefix: string): string => {
    const parts = ['Day', 'Month', 'Year'].map((part) => (typed[`${prefix}${part}`] ?? '').trim())
    return parts.every((part) => part === '') ? '' : parts.join('/')
  }
  return {
    ...{ name: typed['name'] ?? '', number: typed['number'] ?? '', aliasMonths: typed['aliasMonths'] ?? '' },
    ...{ date: date('date'), on: date('on') },
    ...{ personal: typed['personal'] ?? '', letters: typed['letters'] ?? '' },
  }
}
export const headErrors = (page: Page, fields: readonly (keyof HeadText)[]): FieldError[] =>
  fields.map((field) => ({ field, text: page.t.reorganisations.head.errors[field] }))

/** Whether the form brought a file; nobody has to. */
export const broughtFile = (received: Received): boolean => received.ok || received.refusal.kind !== 'no-file'

/** The plan in the file that came, or what is wrong with it. */
export async function uploadedPlan(
  { reorganisations }: Pick<Services, 'reorganisations'>,
  page: Page,
  onto: { readonly on: Day | null } | { readonly draft: Draft },
): Promise<{ ok: true; plan: PlanFile } | { ok: false; errors: FieldError[] }> {
  const { t, lang, upload } = page
  const says = t.reorganisations
  const wrong = (texts: readonly string[]) => ({
    ok: false as const,
    errors: texts.map((text) => ({ field: 'file', text })),
  })
  if (!upload.ok)
    return wrong([
      upload.refusal.kind === 'too-large'
        ? says.texts.tooLarge(String(UPLOAD.maxBytes / 1_000_000))
        : says.texts.noFile,
    ])
  const { name } = upload.value
  const plan = await reorganisations.readFile(
    page.permit('reorganisation.change'),
    { name, bytes: await upload.value.read() },
    onto,
  )
  if (!plan.ok) return wrong([fileRefusalText(t.rosters, lang, plan.refusal)])
  const { faults } = plan.value
  if (faults.length === 0) return { ok: true, plan: plan.value }
  const more = faults.length - TOLD
  return wrong([
    ...faults.slice(0, TOLD).map((fault) => sheetFaultText(t, lang, fault)),
    ...(more > 0 ? [says.more(String(more))] : []),
  ])
}

/** Everything that can be added to a plan, by the name in the address. */
export const ADDABLE = [...STEP_KINDS, 'rule', 'seat'] as const
export type Addable = (typeof ADDABLE)[number]
export const isStep = (what: Addable): what is (typeof STEP_KINDS)[number] => what !== 'rule' && what !== 'seat'

/** Kinds of units and of rules to choose from, as their words in the pages' language and as a plan is written. */
export const choicesOf = ({ t }: Page) => ({
  kinds: [
    { value: '', text: t.reorganisations.form.chooseKind },
    ...UNIT_KINDS.map((kind) => ({ value: KIND_WORDS[kind][0], text: t.units.kinds[kind] })),
  ],
  ways: ASSIGNED_BY.map((by) => ({ value: BY_WORDS[by][0], text: t.reorganisations.form.byKinds[by] })),
})
export const stepWord = (kind: (typeof STEP_KINDS)[number]): string => STEP_WORDS[kind][0]
