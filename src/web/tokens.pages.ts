import { z } from 'zod'
import { TOKEN_DAYS, type TokenRefusal } from '../access/access-token.ts'
import { SCOPES, scopesFor } from '../access/scope.ts'
import { line } from '../kernel/text.ts'
import type { Services } from '../main/compose.ts'
import { HttpFault } from './http-fault.ts'
import { back, errorAt } from './kept-form.ts'
import { beyondEnd, paging } from './lists.ts'
import type { Page } from './page.ts'
import type { FieldError } from './rendering.ts'
import { guarded, type Route } from './route.ts'
import { count } from './views/formats.ts'

const OWN = '/ma-truy-cap'
const ALL = '/ma-truy-cap-moi-nguoi'
const FORM = { name: 'token', path: OWN }
/** Holds a new token's secret, sealed, until the next page has shown it. */
const MADE = 'token made'
const Name = line(60)
const Scopes = z.array(z.enum(SCOPES)).min(1)
const Days = z.enum(TOKEN_DAYS.map(String)).transform((text) => TOKEN_DAYS.find((n) => String(n) === text) ?? 7)
const TokenId = z.uuid()

/** Personal access tokens: one's own, and everybody's for IT staff. */
export function tokenPages({ accessTokens }: Services): Route[] {
  return [
    guarded('get', OWN, 'own.tokens', async (page, permit) => {
      const { t } = page
      const made = page.takeForm(MADE)
      const kept = made === null ? page.takeForm(FORM.name) : null
      const chosen = (kept?.values['scopes'] ?? '').split(' ')
      await page.render('tokens.njk', {
        title: t.api.tokens.title,
        errors: kept?.errors ?? [],
        secret: made?.values['secret'] ?? null,
        tokens: await accessTokens.mine(permit),
        typed: kept?.values ?? { days: '30' },
        wrong: { name: errorAt(kept, 'name'), days: errorAt(kept, 'days'), scopes: errorAt(kept, 'scopes') },
        days: TOKEN_DAYS.map((n) => ({ value: String(n), text: t.api.tokens.daysOf(n) })),
        scopes: scopesFor(page.actor).map((value) => ({
          ...{ value, text: t.api.scopes[value], hint: { text: value }, checked: chosen.includes(value) },
        })),
        mayReadAll: page.may('token.read'),
      })
    }),

    guarded('post', OWN, 'own.tokens', async (page, permit) => {
      const input = { name: page.field('name'), days: page.field('days'), scopes: page.all('scopes').join(' ') }
      const name = Name.safeParse(input.name)
      const days = Days.safeParse(input.days)
      const scopes = Scopes.safeParse(page.all('scopes'))
      if (!name.success || !days.success || !scopes.success) {
        const says = page.t.api.tokens.errors
        const named = { 'too-long': says.nameLong, odd: says.odd }[name.error?.issues[0]?.message ?? ''] ?? says.name
        back(page, FORM, input, [
          ...(name.success ? [] : [{ field: 'name', text: named }]),
          ...(days.success ? [] : [{ field: 'days', text: says.days }]),
          ...(scopes.success ? [] : [{ field: 'scopes', text: says.scopes }]),
        ])
        return
      }
      const created = await accessTokens.create(permit, { name: name.data, days: days.data, scopes: scopes.data })
      if (!created.ok) {
        back(page, FORM, input, [refused(page, created.refusal)])
        return
      }
      page.keepForm(MADE, { secret: created.value.secret }, [])
      page.redirect(OWN)
    }),

    guarded('get', `${OWN}/:id/thu-hoi`, 'own.tokens', async (page, permit) => {
      const id = page.param('id', TokenId)
      const token = (await accessTokens.mine(permit)).find((each) => each.id === id)
      if (token?.state !== 'usable') throw new HttpFault(404)
      await askToRevoke(page, token, OWN)
    }),
    guarded('post', `${OWN}/:id/thu-hoi`, 'own.tokens', async (page, permit) => {
      await revoked(page, await accessTokens.revokeOwn(permit, page.param('id', TokenId)), OWN)
    }),

    guarded('get', ALL, 'token.read', async (page, permit) => {
      const { t, lang } = page
      const list = await accessTokens.all(permit, page.number())
      if (beyondEnd(page, list)) return
      await page.render('tokens-all.njk', {
        title: t.api.tokens.allTitle,
        meta: t.api.tokens.allMeta(count(list.total, lang)),
        back: { href: OWN, text: t.api.tokens.own },
        tokens: list.tokens,
        list: paging(list, t.api.tokens.noun),
        mayRevoke: page.may('token.revoke'),
      })
    }),
    guarded('get', `${ALL}/:id/thu-hoi`, 'token.revoke', async (page) => {
      const token = await accessTokens.find(page.permit('token.read'), page.param('id', TokenId))
      if (token?.state !== 'usable') throw new HttpFault(404)
      await askToRevoke(page, token, ALL)
    }),
    guarded('post', `${ALL}/:id/thu-hoi`, 'token.revoke', async (page, permit) => {
      await revoked(page, await accessTokens.revoke(permit, page.param('id', TokenId)), ALL)
    }),
  ]
}

type Revocable = { readonly id: string; readonly name: string }

async function askToRevoke(page: Page, token: Revocable, list: string): Promise<void> {
  const says = page.t.api.tokens
  const title = says.revokeTitle(token.name)
  await page.render('token-revoke.njk', { title, back: { href: list, text: says.title }, token, list })
}

async function revoked(page: Page, outcome: { ok: boolean }, list: string): Promise<void> {
  if (!outcome.ok) throw new HttpFault(404)
  page.notice('ok', page.t.api.tokens.revoked)
  page.redirect(list)
  return Promise.resolve()
}

function refused(page: Page, refusal: TokenRefusal): FieldError {
  const says = page.t.api.tokens.errors
  switch (refusal.kind) {
    case 'scope-beyond-role':
      return { field: 'scopes', text: says.beyond }
    case 'too-many-tokens':
      return { field: 'name', text: says.many(refusal.most) }
    case 'unknown-token':
      return { field: 'name', text: page.t.api.tokens.gone }
    default:
      return refusal satisfies never
  }
}
