import qrcode from 'qrcode'
import nunjucks from 'nunjucks'
import { PASSWORD_MIN } from '../accounts/password.ts'
import { SLIPS_AT_ONCE } from '../imports/slips.ts'
import { UnitId } from '../kernel/ids.ts'
import type { Services } from '../main/compose.ts'
import { hrefOf, IMPORTS, importOf } from './import-places.ts'
import { guarded, type Route } from './route.ts'
import { count, instant } from './views/formats.ts'

const PLACE = `${IMPORTS}/:id/phieu`

/** The hand-over slips of an import: one document to print, by unit, each unit with a list to sign. */
export function importSlipPages(services: Services): Route[] {
  const { imports, config } = services

  return [
    guarded('get', PLACE, 'import.read', async (page, permit) => {
      const { t, lang } = page
      const says = t.imports.slips
      const { record } = await importOf(imports, page, permit)
      const { units, links } = await imports.slips.groups(permit, record.id)
      const all = units.reduce((sum, { n }) => sum + n, 0)
      await page.render('import-slips.njk', {
        title: says.title,
        back: { href: hrefOf(record.id), text: t.imports.number(String(record.number)) },
        lead: says.lead(count(all, lang)),
        links: links === 0 ? null : says.links(count(links, lang)),
        mayPrint: page.may('account.hand-over') && page.may('import.change'),
        all: all > 0 && all <= SLIPS_AT_ONCE ? says.print(count(all, lang)) : null,
        more: all > SLIPS_AT_ONCE ? says.more(count(SLIPS_AT_ONCE, lang)) : null,
        rows: units.map(({ unitId, unitName, n }) => ({
          ...{ unitId, unitName, n: count(n, lang) },
          print: says.print(count(Math.min(n, SLIPS_AT_ONCE), lang)),
        })),
      })
    }),

    guarded('post', PLACE, 'account.hand-over', async (page, permit) => {
      const { t, lang } = page
      const says = t.imports.slips
      const { record } = await importOf(imports, page, page.permit('import.read'))
      const unit = UnitId.safeParse(page.field('unit'))
      const slips = await imports.slips.make(permit, record.id, unit.success ? unit.data : null)
      const [first] = slips
      if (first === undefined) {
        page.notice('bad', says.nobody)
        page.redirect(`${hrefOf(record.id)}/phieu`)
        return
      }
      const site = `${config.web.publicUrl}/kich-hoat`
      const printed = await Promise.all(
        slips.map(async (slip) => ({
          ...{
            name: slip.fullName,
            unit: slip.unitName,
            address: slip.address,
            code: slip.code,
            until: slip.expiresAt,
          },
          page: site.replace(/^https?:\/\//, ''),
          qr: new nunjucks.runtime.SafeString(
            await qrcode.toString(`${site}?dia-chi=${encodeURIComponent(slip.address)}`, {
              ...{ type: 'svg', margin: 0, errorCorrectionLevel: 'M' },
            }),
          ),
        })),
      )
      await page.render('import-slips-print.njk', {
        title: says.pageTitle,
        heading: t.slip.title,
        meta: t.slip.metaPlain(instant(first.at, lang)),
        back: { href: hrefOf(record.id), text: says.back },
        notice: { tone: 'wait', text: says.onceNote },
        unitName: page.actor.kind === 'person' ? page.actor.unitName : '',
        giver: first.byName,
        minPassword: PASSWORD_MIN,
        groups: [...Map.groupBy(printed, ({ unit: name }) => name)].map(([name, of]) => ({ name, slips: of })),
      })
    }),
  ]
}
