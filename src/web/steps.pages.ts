import { lines } from '../kernel/text.ts'
import type { Services } from '../main/compose.ts'
import { REQUEST_KINDS, type RequestKind } from '../requests/kinds.ts'
import { placeKey, rulesOf, type Place, type Rule } from '../requests/steps.ts'
import type { StepsRefusal } from '../requests/steps-policies.ts'
import { UNIT_KINDS } from '../units/unit.ts'
import { HttpFault } from './http-fault.ts'
import { listHref } from './lists.ts'
import type { Page } from './page.ts'
import type { FieldError } from './rendering.ts'
import { guarded, type Route } from './route.ts'
import { formOf, RULE_FIELDS, ruleFrom, type RuleForm } from './steps-form.ts'
import { unitChoices } from './unit-choice.ts'
import { refusalText } from './words/sayings.ts'
import { placeText } from './words/workflow-sayings.ts'

const PATH = '/quy-dinh/phe-duyet'
const NEW = `${PATH}/moi`
const EDIT = `${PATH}/sua`
const REMOVE = `${PATH}/bo`
const Why = lines(10, 500)

/** Which steps requests need: the rules in force, their versions, and changing one rule at a time. */
export function stepsPages(services: Services): Route[] {
  const { steps, units } = services
  const choices = unitChoices(services)

  const unitNameOf = async (place: Place): Promise<string | null> =>
    place.kind === 'below' ? ((await units.find(place.unit))?.name ?? null) : null

  async function textsOf(page: Page, rule: Rule) {
    const { policy: says, kinds, seats } = page.t.workflow
    return {
      kind: kinds[rule.of],
      place: placeText(page.t, rule.place, await unitNameOf(rule.place)),
      steps: [
        ...rule.steps.map(({ seat, days }) => says.step(seats[seat], says.days(days))),
        ...(rule.letter ? [page.t.decisions.letter.policyShort] : []),
      ],
    }
  }

  /** The same where the place stands by itself. */
  async function listed(page: Page, rule: Rule) {
    const texts = await textsOf(page, rule)
    return { ...texts, place: texts.place.charAt(0).toLocaleUpperCase('vi') + texts.place.slice(1) }
  }

  /** The rule that the address names, as it is in force. */
  async function named(page: Page): Promise<{ rule: Rule; query: string }> {
    const { policy } = await steps.present()
    const [kind, key] = [page.query('loai'), page.query('noi')]
    const rule = rulesOf(policy).find(({ of, place }) => of === kind && placeKey(place) === key)
    if (!rule) throw new HttpFault(404)
    return { rule, query: hrefOf('', rule) }
  }

  async function form(page: Page, path: string, title: string, start: RuleForm, rule: Rule | null): Promise<void> {
    const { t } = page
    const kept = page.takeForm(path)
    const typed = { ...start, ...kept?.values }
    const errorOf = (field: string) => kept?.errors.find((error) => error.field === field)?.text
    const offered = errorOf('unit') && typed.unit !== '' ? await units.search(typed.unit, 12) : []
    const says = t.workflow.policy
    const { version } = await steps.present()
    await page.render('steps-form.njk', {
      title,
      back: { href: PATH, text: says.title },
      errors: kept?.errors ?? [],
      action: path,
      seen: kept?.values['seen'] ?? String(version),
      typed,
      fixed: rule !== null,
      wrong: Object.fromEntries([...RULE_FIELDS, 'why'].map((field) => [field, errorOf(field)])),
      kindItems: [
        { value: '', text: says.chooseKind },
        ...REQUEST_KINDS.map((of) => ({ value: of, text: t.workflow.kinds[of] })),
      ],
      unitKindItems: [
        { value: '', text: says.chooseUnitKind },
        ...UNIT_KINDS.map((of) => ({ value: of, text: t.units.kinds[of] })),
      ],
      seatItems: [
        { value: '', text: says.noStep },
        ...Object.entries(t.workflow.seats).map(([value, text]) => ({ value, text })),
      ],
      offered: offered.map(({ id, name, parentName }) => ({ id, name, parent: parentName })),
    })
  }

  /** Reads and saves the form; `fixed` is the rule whose kind and place stay. */
  async function save(page: Page, path: string, fixed: Rule | null): Promise<void> {
    const { t } = page
    const input = page.fields([...RULE_FIELDS, 'why', 'seen'])
    const again = (errors: readonly FieldError[]) => {
      const short = Object.entries(input).map(([name, text]) => [name, text.slice(0, 600)])
      page.keepForm(path, Object.fromEntries(short) as Record<string, string>, errors)
      page.redirect(path)
    }
    const unit = fixed || input.place !== 'below' ? null : (await choices.posted(page, 'unit')).unit
    const parsed = ruleFrom(t, input, fixed, unit?.id ?? null)
    const why = Why.safeParse(input.why)
    const errors = [
      ...(parsed.ok ? [] : parsed.errors),
      ...(why.success ? [] : [{ field: 'why', text: t.workflow.policy.errors.why }]),
    ]
    if (!parsed.ok || !why.success) {
      again(errors)
      return
    }
    const permit = page.permit('steps.change')
    const saved = await steps.set(permit, { seen: seenOf(input.seen), why: why.data, rules: [parsed.rule] })
    if (!saved.ok) {
      again([refused(page, saved.refusal)])
      return
    }
    page.notice('ok', t.workflow.policy.saved(saved.value))
    page.redirect(PATH)
  }

  return [
    guarded('get', PATH, 'steps.read', async (page, permit) => {
      const { t } = page
      const [present, history] = await Promise.all([steps.present(), steps.history(permit)])
      const rules = [...rulesOf(present.policy)].sort(byKind)
      await page.render('steps.njk', {
        title: t.workflow.policy.title,
        present: present.version,
        mayChange: page.may('steps.change'),
        rules: await Promise.all(
          rules.map(async (rule) => ({
            ...(await listed(page, rule)),
            edit: hrefOf(EDIT, rule),
            remove: rule.place.kind === 'everywhere' ? null : hrefOf(REMOVE, rule),
          })),
        ),
        versions: await Promise.all(
          history.map(async (version) => ({
            ...version,
            changes: await Promise.all(
              version.changes.map(async ({ before, after }) => ({
                ...(await listed(page, (after ?? before) as Rule)),
                before: before && (await textsOf(page, before)).steps,
                after: after && (await textsOf(page, after)).steps,
              })),
            ),
          })),
        ),
      })
    }),

    guarded('get', NEW, 'steps.change', (page) => form(page, NEW, page.t.workflow.policy.newTitle, formOf(null), null)),
    guarded('post', NEW, 'steps.change', (page) => save(page, NEW, null)),

    guarded('get', EDIT, 'steps.change', async (page) => {
      const { rule, query } = await named(page)
      const { kind, place } = await textsOf(page, rule)
      await form(page, `${EDIT}${query}`, page.t.workflow.policy.editTitle(kind, place), formOf(rule), rule)
    }),
    guarded('post', EDIT, 'steps.change', async (page) => {
      const { rule, query } = await named(page)
      await save(page, `${EDIT}${query}`, rule)
    }),

    guarded('get', REMOVE, 'steps.change', async (page) => {
      const { rule, query } = await named(page)
      const texts = await textsOf(page, rule)
      const says = page.t.workflow.policy
      const kept = page.takeForm(`${REMOVE}${query}`)
      await page.render('steps-remove.njk', {
        title: says.removeTitle(says.editTitle(texts.kind, texts.place)),
        back: { href: PATH, text: says.title },
        errors: kept?.errors ?? [],
        action: `${REMOVE}${query}`,
        seen: String((await steps.present()).version),
        texts,
        why: kept?.values['why'] ?? '',
        wrong: kept?.errors[0]?.text,
      })
    }),
    guarded('post', REMOVE, 'steps.change', async (page, permit) => {
      const { rule, query } = await named(page)
      const input = page.fields(['why', 'seen'])
      const again = (text: string) => {
        page.keepForm(`${REMOVE}${query}`, { why: input.why.slice(0, 600) }, [{ field: 'why', text }])
        page.redirect(`${REMOVE}${query}`)
      }
      const why = Why.safeParse(input.why)
      if (!why.success) {
        again(page.t.workflow.policy.errors.why)
        return
      }
      const removed = await steps.remove(permit, { seen: seenOf(input.seen), why: why.data, rule })
      if (!removed.ok) {
        again(refusalText(page.t, removed.refusal))
        return
      }
      page.notice('ok', page.t.workflow.policy.saved(removed.value))
      page.redirect(PATH)
    }),
  ]
}

const seenOf = (text: string): number => (/^\d{1,9}$/.test(text) ? Number(text) : -1)
const hrefOf = (path: string, { of, place }: Rule): string => listHref(path, { loai: of, noi: placeKey(place) })
const order = (of: RequestKind): number => REQUEST_KINDS.indexOf(of)
const WIDTH = { everywhere: 0, 'unit-kind': 1, below: 2 } as const
const byKind = (a: Rule, b: Rule): number =>
  order(a.of) - order(b.of) ||
  WIDTH[a.place.kind] - WIDTH[b.place.kind] ||
  (placeKey(a.place) < placeKey(b.place) ? -1 : 1)

const refused = (page: Page, refusal: StepsRefusal): FieldError => ({
  field: refusal.kind === 'unknown-unit' ? 'unit' : 'seat1',
  text: refusalText(page.t, refusal),
})
