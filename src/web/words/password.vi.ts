/** Texts about forgotten passwords. */
export const passwordVi = {
  title: 'Quên mật khẩu',
  lead: 'Nhập địa chỉ hộp thư. Nếu hộp thư có email liên hệ, liên kết đặt mật khẩu mới được gửi đến email đó.',
  send: 'Gửi liên kết',
  otherwise: 'Không có email liên hệ?',
  otherwiseText:
    'Đến gặp quản trị đơn vị để nhận phiếu đặt lại mật khẩu. Không ai được hỏi hay đặt mật khẩu thay người khác.',
  sentTitle: 'Đã nhận yêu cầu',
  sentTexts: [
    'Nếu địa chỉ là của một hộp thư đang được đăng nhập và có email liên hệ, liên kết đặt mật khẩu mới đã được gửi đến email đó. Trang này không cho biết hơn, để không ai dò được hộp thư của người khác.',
    'Không thấy thư sau vài phút: kiểm tra thư rác, hoặc liên hệ quản trị đơn vị. Mật khẩu hiện nay vẫn dùng được cho đến khi đặt mật khẩu mới.',
  ],
  forgotten: 'Nhận liên kết đặt mật khẩu mới qua email liên hệ.',
  tab: 'Mật khẩu',
  cards: 'Đặt lại mật khẩu',
  lead2: 'Người dùng tự đặt mật khẩu mới; các phiên đang mở kết thúc ngay khi đó.',
  link: 'Gửi liên kết',
  linkText: (email: string) => `Liên kết dùng một lần, gửi đến ${email}.`,
  slip: 'In phiếu',
  slipText: 'Kiểm tra giấy tờ của người nhận trước khi giao. Người dùng được báo bằng thư rằng phiếu đã được in.',
  linkSent: (email: string) => `Đã gửi liên kết đặt mật khẩu mới đến ${email}.`,
  slipTitle: 'PHIẾU ĐẶT LẠI MẬT KHẨU HỘP THƯ CÔNG VỤ',
  again: {
    title: (address: string) => `Đặt mật khẩu mới cho ${address}`,
    button: 'Đặt mật khẩu mới',
    doneTitle: 'Mật khẩu đã đổi',
  },
  history: {
    'reset-link-sent': 'Gửi liên kết đặt lại mật khẩu',
    'reset-slip-printed': 'In phiếu đặt lại mật khẩu',
    'password-reset': 'Đặt lại mật khẩu',
  },
  audit: {
    'password.reset-asked': 'Báo quên mật khẩu',
    'password.reset-link-sent': 'Gửi liên kết đặt lại mật khẩu',
    'password.reset-slip-printed': 'In phiếu đặt lại mật khẩu',
    'account.password-reset': 'Đặt lại mật khẩu',
  },
  noSignIn: 'Tài khoản này hiện không được đăng nhập, nên không đặt lại mật khẩu.',
}
