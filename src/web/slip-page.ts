import nunjucks from 'nunjucks'
import qrcode from 'qrcode'
import type { Slip } from '../accounts/activations.ts'
import { PASSWORD_MIN } from '../accounts/password.ts'
import type { Services } from '../main/compose.ts'
import type { Page } from './page.ts'
import { instant } from './views/formats.ts'

/** A slip as it is printed and handed over, with the code that is told this once. */
export async function slipPage(
  page: Page,
  { config }: Pick<Services, 'config'>,
  value: Slip,
  heading = page.t.slip.title,
): Promise<void> {
  const { t, lang } = page
  const url = `${config.web.publicUrl}/kich-hoat?dia-chi=${encodeURIComponent(value.address)}`
  const qr = await qrcode.toString(url, { type: 'svg', margin: 0, errorCorrectionLevel: 'M' })
  const at = instant(value.at, lang)
  await page.render('slip.njk', {
    title: t.slip.pageTitle,
    heading,
    meta: value.requestCode === null ? t.slip.metaPlain(at) : t.slip.meta(value.requestCode, at),
    back: { href: `/tai-khoan/${value.accountId}`, text: t.slip.back },
    notice: { tone: 'wait', text: t.slip.onceNote },
    unitName: page.actor.kind === 'person' ? page.actor.unitName : '',
    giver: value.byName,
    minPassword: PASSWORD_MIN,
    qr: new nunjucks.runtime.SafeString(qr),
    slip: {
      ...{ name: value.fullName, unit: value.unitName, address: value.address, code: value.code },
      page: `${config.web.publicUrl.replace(/^https?:\/\//, '')}/kich-hoat`,
      until: value.expiresAt,
    },
  })
}
