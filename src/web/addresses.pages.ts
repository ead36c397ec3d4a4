import type { ReleaseRefusal } from '../addresses/tombstones.ts'
import { DOMAIN_ROLES, DomainName } from '../addresses/domains.ts'
import { LocalPart } from '../kernel/email-address.ts'
import { lines } from '../kernel/text.ts'
import type { Services } from '../main/compose.ts'
import { listHref, oneOf } from './lists.ts'
import type { Page } from './page.ts'
import { guarded, type Route } from './route.ts'
import { count } from './views/formats.ts'
import { whyText } from './words/sayings.ts'

const PATH = '/dia-chi'
const Why = lines(10, 500)

/** What an address is and whose, the release of one that has lived, and the domains beside the primary one. */
export function addressPages(services: Services): Route[] {
  const { tombstones, domains, config } = services
  const { domain } = config.organisation
  const localOf = (text: string) => LocalPart.safeParse(text.trim().toLowerCase().replace(`@${domain}`, ''))
  const hrefOf = (local: string) => listHref(PATH, { q: local })

  /** Does one act on the posted address and tells what became of it. */
  async function act(
    page: Page,
    what: (local: LocalPart) => Promise<{ ok: true } | { ok: false; refusal: ReleaseRefusal }>,
    done: string,
  ): Promise<void> {
    const local = localOf(page.field('local'))
    if (!local.success) {
      page.redirect(PATH)
      return
    }
    const outcome = await what(local.data)
    if (outcome.ok) page.notice('ok', done)
    else page.notice('bad', page.t.addressBook.refusals[outcome.refusal.kind])
    page.redirect(hrefOf(local.data))
  }

  return [
    guarded('get', PATH, 'address.read', async (page, permit) => {
      const { t } = page
      const q = page.query('q')
      const parsed = q === '' ? null : localOf(q)
      const kept = page.takeForm('release')
      const errorOf = (field: string) => kept?.errors.find((error) => error.field === field)?.text
      const view = parsed?.success ? await tombstones.read(permit, parsed.data) : null
      await page.render('addresses.njk', {
        title: t.addressBook.title,
        errors: kept?.errors ?? [],
        q,
        unreadable: parsed?.success === false,
        view: view && { ...view, address: `${view.local}@${domain}`, whyText: view.why && whyText(t, view.why) },
        typed: kept?.values ?? {},
        wrong: { why: errorOf('why'), domain: errorOf('domain') },
        domains: await domains.list(page.permit('naming.read')),
        concerned: count(await domains.concerned(page.permit('naming.read')), page.lang),
        domainRoles: DOMAIN_ROLES.map((value) => ({ value, text: t.addressBook.domains.roles[value] })),
        mayChange: page.may('naming.change'),
        mayRelease: page.may('address.release'),
        mine: page.actor.kind === 'person' && view?.asked?.by === page.actor.accountId,
      })
    }),

    guarded('post', `${PATH}/mo-lai`, 'address.release', async (page, permit) => {
      const why = Why.safeParse(page.field('why'))
      const { t } = page
      if (!why.success) {
        const local = page.field('local').slice(0, 100)
        page.keepForm('release', { why: page.field('why').slice(0, 600) }, [
          { field: 'why', text: t.addressBook.whyNeeded },
        ])
        page.redirect(hrefOf(local))
        return
      }
      await act(page, (local) => tombstones.ask(permit, local, why.data), t.addressBook.asked)
    }),
    guarded('post', `${PATH}/xac-nhan`, 'address.release', (page, permit) =>
      act(page, (local) => tombstones.confirm(permit, local), page.t.addressBook.released),
    ),
    guarded('post', `${PATH}/giu-nguyen`, 'address.release', (page, permit) =>
      act(page, (local) => tombstones.drop(permit, local), page.t.addressBook.dropped),
    ),

    guarded('post', `${PATH}/ten-mien`, 'naming.change', async (page, permit) => {
      const says = page.t.addressBook.domains
      const typed = page.field('domain').slice(0, 300)
      const name = DomainName.safeParse(typed)
      const role = oneOf(DOMAIN_ROLES, page.field('role'))
      const added = name.success ? await domains.add(permit, { name: name.data, role }) : null
      if (added?.ok) page.notice('ok', says.added)
      else page.keepForm('release', { domain: typed }, [{ field: 'domain', text: added ? says.known : says.wrong }])
      page.redirect(PATH)
    }),
    guarded('post', `${PATH}/ten-mien/bo`, 'naming.change', async (page, permit) => {
      const says = page.t.addressBook.domains
      const name = DomainName.safeParse(page.field('domain').slice(0, 300))
      const removed = name.success ? await domains.remove(permit, name.data) : null
      if (removed?.ok) page.notice('ok', says.removed)
      else page.notice('bad', says.unknown)
      page.redirect(PATH)
    }),
  ]
}
