/** Texts about an account as it was. */
export const pastVi = {
  link: 'Xem tài khoản vào một ngày',
  title: (on: string) => `Tài khoản vào ngày ${on}`,
  day: 'Vào cuối ngày',
  show: 'Xem',
  wrong: 'Không đọc được ngày đã nhập, hoặc ngày ấy chưa đến; dưới đây là hôm nay.',
  before: 'Ngày đó tài khoản chưa được cấp.',
  until: 'Những gì đã xảy ra đến ngày đó',
  nothing: 'Chưa có gì.',
  held: 'Hộp thư dùng chung đang giữ',
  holders: 'Người giữ',
  holding: (name: string, rights: string) => `${name}, ${rights}`,
  yes: 'Có',
}
