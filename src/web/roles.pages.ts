import { z } from 'zod'
import { ROLES } from '../access/policy.ts'
import type { RoleRefusal } from '../access/roles.ts'
import { oddCharacter, tidy } from '../kernel/text.ts'
import type { Services } from '../main/compose.ts'
import { HttpFault } from './http-fault.ts'
import type { Page } from './page.ts'
import type { FieldError } from './rendering.ts'
import { guarded, type Route } from './route.ts'
import { unitChoices } from './unit-choice.ts'
import { count } from './views/formats.ts'
import { refusalText } from './words/sayings.ts'

const PATH = '/phan-quyen'
const FIELDS = ['holder', 'role', 'unit', 'unitId', 'unitChoice'] as const
const GrantId = z.uuid()

/** Who holds which role where; granting and revoking. */
export function rolePages(services: Services): Route[] {
  const { roles, units } = services
  const choices = unitChoices(services)

  const find = async (page: Page) => {
    const id = page.param('id', GrantId)
    const grant = (await roles.list(page.permit('role.read'))).find((each) => each.id === id)
    if (!grant) throw new HttpFault(404)
    return grant
  }

  return [
    guarded('get', PATH, 'role.read', async (page, permit) => {
      const { t, lang } = page
      const kept = page.takeForm('grant')
      const typed = kept?.values ?? {}
      const errorOf = (field: string) => kept?.errors.find((error) => error.field === field)?.text
      const grants = await roles.list(permit)
      const text = typed['unit'] ?? ''
      const offered = errorOf('unit') && text !== '' ? await units.search(text, 12) : []
      await page.render('roles.njk', {
        title: t.grants.title,
        errors: kept?.errors ?? [],
        groups: ROLES.map((role) => {
          const rows = grants.filter((grant) => grant.role === role)
          return { role, name: t.roles[role], count: t.grants.count(count(rows.length, lang)), rows }
        }),
        mayChange: page.may('role.change'),
        typed,
        wrong: { holder: errorOf('holder'), role: errorOf('role'), unit: errorOf('unit') },
        roleItems: [{ value: '', text: t.grants.choose }, ...ROLES.map((value) => ({ value, text: t.roles[value] }))],
        offered: offered.map(({ id, name, parentName }) => ({ id, name, parent: parentName })),
      })
    }),

    guarded('post', PATH, 'role.change', async (page, permit) => {
      const says = page.t.grants.errors
      const input = page.fields(FIELDS)
      const again = (errors: readonly FieldError[]) => {
        page.keepForm('grant', cut(input), errors)
        page.redirect(PATH)
      }
      const holder = tidy(input.holder)
      const role = ROLES.find((each) => each === input.role)
      const unit = await choices.posted(page, 'unit')
      const errors: FieldError[] = []
      if (holder === '') errors.push({ field: 'holder', text: says.who })
      else if (holder.length > 254 || oddCharacter(holder) !== null)
        errors.push({ field: 'holder', text: says.unknown })
      if (role === undefined) errors.push({ field: 'role', text: says.role })
      if (role === 'unit-admin' && unit.unit === null) errors.push({ field: 'unit', text: says.unit })
      if (role === undefined || errors.length > 0) {
        again(errors)
        return
      }
      const granted = await roles.grant(permit, { holder, role, unitId: unit.unit?.id ?? null })
      if (!granted.ok) {
        again([refused(page, granted.refusal)])
        return
      }
      page.notice('ok', page.t.grants.granted)
      page.redirect(PATH)
    }),

    guarded('get', `${PATH}/:id/thu-hoi`, 'role.change', async (page) => {
      const grant = await find(page)
      const { t } = page
      await page.render('role-revoke.njk', {
        title: t.grants.revokeTitle(t.roles[grant.role], grant.fullName),
        back: { href: PATH, text: t.grants.title },
        grant,
      })
    }),

    guarded('post', `${PATH}/:id/thu-hoi`, 'role.change', async (page, permit) => {
      const revoked = await roles.revoke(permit, page.param('id', GrantId))
      if (revoked.ok) page.notice('ok', page.t.grants.revoked)
      else page.notice('bad', refusalText(page.t, revoked.refusal))
      page.redirect(PATH)
    }),
  ]
}

const cut = (input: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(input).map(([name, text]) => [name, text.slice(0, 300)]))

function refused(page: Page, refusal: RoleRefusal): FieldError {
  const text = refusalText(page.t, refusal)
  switch (refusal.kind) {
    case 'unknown-unit':
    case 'unit-needed':
      return { field: 'unit', text }
    case 'unknown-account':
    case 'unknown-grant':
    case 'already-granted':
    case 'last-it-staff':
      return { field: 'holder', text }
    default:
      return refusal satisfies never
  }
}
