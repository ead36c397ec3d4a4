/** Texts about accounts that nobody uses. */
export const idleVi = {
  nav: 'Lâu không dùng',
  title: 'Hộp thư lâu không dùng',
  lead: (warn: string, lock: string, review: string) =>
    `Nhắc sau ${warn} ngày không đăng nhập, ngừng đăng nhập sau ${lock} ngày, xem xét thu hồi sau ${review} ngày. Người nghỉ dài ngày đã được ghi nhận thì được miễn.`,
  unknown: 'Máy chủ thư này không cho biết ai đã đăng nhập, nên không ai bị nhắc hay bị ngừng vì không sử dụng.',
  tabs: { warned: 'Sắp ngừng', locked: 'Đã ngừng đăng nhập', review: 'Xem xét thu hồi' },
  empty: {
    warned: 'Không hộp thư nào sắp bị ngừng.',
    locked: 'Không hộp thư nào bị ngừng vì không sử dụng.',
    review: 'Không hộp thư nào cần xem xét thu hồi.',
  },
  columns: { who: 'Người dùng', unit: 'Đơn vị', used: 'Dùng gần nhất', state: 'Trạng thái', act: 'Việc' },
  days: (n: string) => `${n} ngày trước`,
  never: 'Chưa đăng nhập hộp thư lần nào',
  warned: (on: string) => `đã nhắc ngày ${on}`,
  unlock: 'Mở lại đăng nhập',
  recall: 'Thôi sử dụng',
  noun: 'hộp thư',
  notKnown: 'Máy chủ thư không cho biết',
}
