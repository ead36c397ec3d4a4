import type { LetterParams } from '../../letters/letter.ts'

const code = 'QN-7K4M-P2XA'
const name = 'Đặng Thị Hường'
const unit = 'Sở Nội vụ'
const address = 'dangthihuong@quangninh.gov.vn'
const [sent, due, until] = ['2026-11-23T02:12:00Z', '2026-11-24T02:12:00Z', '2026-11-26T02:15:00Z']
const secret = '••••••••••••'

/** What letters could be about, for trying their words. Nobody and nothing of it exists. */
export const SAMPLES: LetterParams = {
  confirm: { code: '482 913', until: '2026-11-23T02:42:00Z' },
  received: { code, name, unit, at: sent, due },
  asked: { code, name, unit, kind: 'function-mailbox', title: 'Văn thư Sở Nội vụ', at: sent, due },
  carried: { code, name, unit, kind: 'function-mailbox', title: 'Văn thư Sở Nội vụ' },
  returned: {
    code,
    name,
    unit,
    comment: 'Bổ sung số quyết định tuyển dụng và ngày ký.',
    until: '2026-12-23T02:12:00Z',
  },
  approved: { code, name, unit, on: '2026-11-23', address, secret, until },
  'approved-slip': { code, name, unit, on: '2026-11-23', address },
  link: { name, address, secret, until },
  reset: { name, address, secret, until },
  'reset-slip': { name, address, by: 'Trần Thị Minh Hà', at: sent },
  'password-changed': { name, address, at: sent },
  rejected: { code, name, unit, reason: 'Không thuộc biên chế của đơn vị.' },
  ready: { name, address, at: '2026-11-23T08:30:00Z' },
  transferred: { name, address, on: '2026-12-01', from: unit, to: 'Sở Tài chính', title: 'Chuyên viên' },
  leaving: {
    ...{ name, address, on: '2026-12-31', until: '2027-06-30', deleted: '2027-07-07' },
    letter: { number: '128/QĐ-SNV', date: '2026-11-20' },
  },
  merged: { name, address, other: 'nguyenthilan2@quangninh.gov.vn', until: '2027-06-30' },
  idle: { name, address, since: '2026-10-24', on: '2026-12-08' },
  review: {
    ...{ name: 'Trần Thị Minh Hà', id: '00000000-0000-4000-8000-000000000000' },
    open: 12,
    total: 48,
    due: '2026-12-22',
    reminder: false,
  },
  reorganised: { name, address, on: '2026-12-01', from: 'Sở Du lịch', to: unit, changed: false },
  already: { name, address, at: sent },
  waiting: {
    ...{
      name: 'Trần Thị Minh Hà',
      waiting: 14,
      overdue: 1,
      more: 12,
      above: { kind: 'unit', name: 'Ủy ban nhân dân tỉnh' },
    },
    lines: [
      { name: 'Lỷ A Nhì', unit, due: sent, overdue: true, passedOn: false },
      { name, unit: 'Phòng Công chức, viên chức', due, overdue: false, passedOn: true },
    ],
  },
  deputy: { name, principal: 'Trần Thị Minh Hà', from: '2026-11-24', to: '2026-11-28' },
  reconciled: {
    ...{ name: 'Lê Đức Thắng', number: 42, at: '2026-11-23T19:00:00Z', fresh: 3, doubt: null },
    counts: { missing: 1, different: 2 },
  },
  anchor: { seq: 48_213, mac: 'q0lSxw1c5dQ0Yc7nq4m2tJ0a8v6H3k9PzR1uW5eT7Yg', at: '2026-11-23T17:05:00Z' },
}
