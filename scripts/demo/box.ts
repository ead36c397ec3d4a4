import { PASSWORD } from './seeding.ts'
import type { Seeded, SignIn } from './seed.ts'
import type { DemoServers } from './servers.ts'
import type { Outcome } from './stories.ts'

const ROLES: Readonly<Record<SignIn['role'], string>> = {
  'it-staff': 'Quản trị hệ thống / IT staff',
  auditor: 'Kiểm tra / auditor',
  'unit-admin': 'Quản trị đơn vị (sở) / unit administrator (agency)',
  'unit-admin-commune': 'Quản trị đơn vị (phường) / unit administrator (commune)',
  person: 'Công chức / civil servant',
}

const OUTCOMES: Readonly<Record<Outcome, string>> = {
  draft: 'đang khai / draft',
  submitted: 'chờ duyệt / submitted',
  'due-soon': 'sắp đến hạn / nearly due',
  overdue: 'quá hạn / overdue',
  returned: 'trả lại / returned',
  resubmitted: 'gửi lại / sent again',
  approved: 'đã duyệt, chờ kích hoạt / approved, not yet activated',
  activated: 'đã kích hoạt / activated',
  rejected: 'từ chối / rejected',
  withdrawn: 'đã rút / withdrawn',
  expired: 'hết hạn / expired',
}

const table = (rows: readonly (readonly string[])[]): string[] => {
  const widths = rows.reduce<number[]>((found, row) => row.map((cell, i) => Math.max(found[i] ?? 0, cell.length)), [])
  return rows.map((row) =>
    row
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd(),
  )
}

/** What somebody who has just started the demo needs to know, in a frame. */
export function box(demo: { url: string; servers: DemoServers; seeded: Seeded }): string {
  const { url, servers, seeded } = demo
  const door = (name: string, at: { host: string; port: number } | null, how: string) =>
    at === null ? [] : [[name, `${at.host}:${at.port}`, how]]
  const lines = [
    'Congvu · Thư điện tử công vụ tỉnh Quảng Ninh (bản dùng thử / demonstration)',
    '',
    ...table([
      ['Trang web / web', url, 'vi'],
      ['', `${url}/?lang=en`, 'en'],
      ['Thư đã gửi / letters', servers.mailPage, 'mã xác nhận, liên kết / codes, links'],
      ...door('SMTP', servers.smtp, servers.kind === 'real' ? 'Postfix' : 'embedded'),
      ...door('Submission', servers.submission, 'StartTLS'),
      ...door('IMAP', servers.imap, 'TLS'),
      ...(servers.caFile === null ? [] : [['CA', servers.caFile, '']]),
    ]),
    '',
    `Đăng nhập / sign in · mật khẩu chung / everybody's password: ${PASSWORD}`,
    ...table(seeded.signIns.map(({ role, name, unit, address }) => [`  ${ROLES[role]}`, address, `${name}, ${unit}`])),
    '',
    `Theo dõi đề nghị / follow a request: ${url}/theo-doi`,
    ...table(seeded.requests.map(({ outcome, code, email }) => [`  ${OUTCOMES[outcome]}`, code, email])),
    '',
    'Ctrl-C để dừng; dữ liệu được giữ lại / to stop; the data are kept (--fresh: làm lại / start anew)',
  ]
  const width = Math.max(...lines.map((line) => line.length))
  const bar = '─'.repeat(width + 2)
  return [`┌${bar}┐`, ...lines.map((line) => `│ ${line.padEnd(width)} │`), `└${bar}┘`].join('\n')
}
