import type { Services } from '../main/compose.ts'
import { guarded, type Route } from './route.ts'

const POLICIES = [
  { name: 'naming', href: '/quy-dinh/dia-chi' },
  { name: 'steps', href: '/quy-dinh/phe-duyet' },
  { name: 'life', href: '/quy-dinh/vong-doi' },
  { name: 'quotas', href: '/quy-dinh/dung-luong' },
  { name: 'letters', href: '/quy-dinh/thu' },
  { name: 'retention', href: '/quy-dinh/luu-tru' },
  { name: 'attributes', href: '/quy-dinh/thuoc-tinh' },
  { name: 'brake', href: '/chot-an-toan/nguong' },
  { name: 'imports', href: '/quy-dinh/nhap-danh-sach' },
  { name: 'holidays', href: '/ngay-nghi' },
] as const

/** Where everything that IT staff decide once, for all, is found. */
export const policyPages = (_services: Services): Route[] => [
  guarded('get', '/quy-dinh', 'naming.read', async (page) => {
    const says = page.t.policies
    await page.render('policies.njk', {
      title: says.title,
      policies: POLICIES.map(({ name, href }) => ({ href, ...says.each[name] })),
    })
  }),
]
