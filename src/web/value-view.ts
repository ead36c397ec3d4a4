import type { AccountEventKind, AccountView } from '../accounts/account.ts'
import type { Explanation } from '../reconcile/explaining.ts'
import { attributeName } from './finding-view.ts'
import type { Page } from './page.ts'
import { instant } from './views/formats.ts'

type Source = keyof Page['t']['reconcile']['why']['sources']
type From = { readonly source: Source; readonly events: readonly AccountEventKind[] }

const NAME: From = { source: 'person', events: ['renamed', 'details-changed', 'issued'] }
const UNIT: From = { source: 'unit', events: ['transferred', 'unit-reorganised', 'unit-restored', 'issued'] }
const LIFE: From = {
  source: 'life',
  events: [
    ...(['issued', 'activated', 'suspended', 'on-leave', 'idle-locked', 'came-back', 'left', 'archived'] as const),
    ...(['deleted', 'taken-back', 'recovered', 'restored'] as const),
  ],
}
const SYSTEM: From = { source: 'system', events: ['issued'] }

/** Where each attribute's value comes from, and the events that change it. */
const FROM: Readonly<Record<string, From>> = {
  ...{ cn: NAME, displayName: NAME, sn: NAME, givenName: NAME, telephoneNumber: NAME, ou: UNIT, congvuUnit: UNIT },
  title: { source: 'post', events: ['position-changed', 'transferred', 'details-changed', 'issued'] },
  mail: { source: 'address', events: ['address-changed', 'issued'] },
  congvuAlias: { source: 'address', events: ['alias-added', 'alias-removed', 'address-changed', 'unit-reorganised'] },
  ...{ congvuSignIn: LIFE, congvuReceive: LIFE },
  userPassword: { source: 'password', events: ['password-set', 'activated', ...LIFE.events] },
  congvuQuota: { source: 'quota', events: ['quota-changed', 'issued'] },
  congvuReply: { source: 'life', events: ['left', 'reply-changed', 'came-back'] },
  congvuSendAs: { source: 'holders', events: ['holding-begun', 'holding-changed', 'holding-ended'] },
}

/** Why each attribute of an account's entry has its value: rule, source, last change. */
export function valuesOf(page: Page, account: AccountView, { attributes, reading }: Explanation, why: string | null) {
  const { t, lang } = page
  const says = t.reconcile.why
  const events: Readonly<Record<string, unknown>> = t.history
  const changed = (kinds: readonly AccountEventKind[]): string | null => {
    const event = account.events.findLast(({ kind }) => kinds.includes(kind))
    if (!event) return null
    const title = events[event.kind]
    const by = event.byName === '' || event.byName === 'life' ? t.history.system : event.byName
    return `${typeof title === 'string' ? title : event.kind} · ${instant(event.at, lang)} · ${by}`
  }
  return {
    reading:
      reading.kind === 'faulty'
        ? { tone: 'wait', text: says.faulty(reading.detail) }
        : reading.kind === 'missing'
          ? { tone: 'bad', text: says.missing }
          : { tone: 'ok', text: says.read },
    rows: attributes.map(({ attribute, should, is, rule }) => {
      const { source, events: kinds } = FROM[attribute] ?? SYSTEM
      return {
        attribute,
        name: attributeName(t, { attribute }),
        should,
        is,
        rule: t.reconcile.rules.each[rule],
        source: attribute === 'mail' && why !== null ? why : says.sources[source],
        changed: changed(kinds),
      }
    }),
  }
}
