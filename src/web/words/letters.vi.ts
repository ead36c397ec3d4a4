import type { LetterTexts } from './letter-words.ts'

const letter = (subject: string, greeting: string, ...paragraphs: readonly string[]) => ({
  subject,
  text: [
    greeting,
    ...paragraphs,
    'Không ai, kể cả quản trị viên, được hỏi mật khẩu.',
    'Trân trọng,\n{co_quan}',
    'Thư tự động, không trả lời thư này. Hỗ trợ: {dien_thoai}, {email_ho_tro}.',
  ].join('\n\n'),
})
const dear = 'Kính gửi Ông/Bà {ho_ten},'

/** The letters as the product brings them; IT staff may write them anew. */
export const lettersVi: LetterTexts = {
  confirm: letter(
    'Mã xác nhận email: {ma_xac_nhan}',
    'Kính gửi Ông/Bà,',
    'Mã xác nhận email để đề nghị cấp hộp thư công vụ là {ma_xac_nhan}, có giá trị đến {han}.',
    'Nếu Ông/Bà không thực hiện, xin bỏ qua thư này; không có gì được tạo.',
  ),
  received: letter(
    'Đã nhận đề nghị {ma}',
    dear,
    '{don_vi} đã nhận đề nghị cấp hộp thư công vụ của Ông/Bà lúc {luc_gui} và sẽ trả lời trước {han_tra_loi}.',
    'Theo dõi: {lien_ket}',
  ),
  asked: letter(
    'Đã nhận đề nghị {ma}',
    dear,
    '{don_vi} đã nhận đề nghị của Ông/Bà lúc {luc_gui} và sẽ trả lời trước {han_tra_loi}.',
    '{loai}: {ten}',
    'Theo dõi: {lien_ket}',
  ),
  carried: letter(
    'Đề nghị {ma} đã được phê duyệt',
    dear,
    'Đề nghị của Ông/Bà đã được phê duyệt và được thực hiện ngay, thường trong vài phút.',
    '{loai}: {ten}',
    'Xem: {lien_ket}',
  ),
  returned: letter(
    'Đề nghị {ma} cần bổ sung',
    dear,
    '{don_vi} đã xem đề nghị của Ông/Bà và cần bổ sung: “{noi_dung}”',
    'Xin sửa và gửi lại trước ngày {han}: {lien_ket}',
    'Thông tin đã khai vẫn được giữ nguyên.',
  ),
  approved: letter(
    'Đề nghị {ma} đã được phê duyệt: kích hoạt hộp thư',
    dear,
    'Đề nghị của Ông/Bà đã được {don_vi} phê duyệt {ngay_duyet}. Địa chỉ hộp thư: {dia_chi}',
    'Đặt mật khẩu để kích hoạt: {lien_ket}',
    'Liên kết dùng một lần, có giá trị đến {han}; quá hạn, hộp thư bị khóa cho đến khi đơn vị cấp lại liên kết.',
  ),
  'approved-slip': letter(
    'Đề nghị {ma} đã được phê duyệt',
    dear,
    'Đề nghị của Ông/Bà đã được {don_vi} phê duyệt {ngay_duyet}. Địa chỉ hộp thư: {dia_chi}',
    'Xin đến đơn vị nhận phiếu giao nhận; phiếu có mã để kích hoạt hộp thư.',
  ),
  link: letter(
    'Liên kết mới để kích hoạt {dia_chi}',
    dear,
    'Đặt mật khẩu để kích hoạt hộp thư {dia_chi}: {lien_ket}',
    'Liên kết dùng một lần, có giá trị đến {han}. Các liên kết và phiếu trước không còn dùng được.',
  ),
  reset: letter(
    'Đặt mật khẩu mới cho {dia_chi}',
    dear,
    'Có người báo quên mật khẩu của hộp thư {dia_chi}. Đặt mật khẩu mới: {lien_ket}',
    'Liên kết dùng một lần, có giá trị đến {han}. Nếu không phải Ông/Bà yêu cầu, xin bỏ qua thư này; mật khẩu hiện nay vẫn giữ nguyên.',
  ),
  'reset-slip': letter(
    'Phiếu đặt lại mật khẩu của {dia_chi} đã được in',
    dear,
    'Lúc {luc}, {nguoi_in} đã in phiếu đặt lại mật khẩu của hộp thư {dia_chi} để giao cho Ông/Bà.',
    'Nếu Ông/Bà không yêu cầu, báo ngay {dien_thoai}.',
  ),
  'password-changed': letter(
    'Mật khẩu của {dia_chi} đã đổi',
    dear,
    'Mật khẩu của hộp thư {dia_chi} đã đổi lúc {luc}; các phiên đang mở đã kết thúc.',
    'Nếu không phải Ông/Bà đổi, báo ngay {dien_thoai}.',
  ),
  rejected: letter(
    'Kết quả đề nghị {ma}',
    dear,
    '{don_vi} không phê duyệt đề nghị của Ông/Bà. Lý do: “{ly_do}”',
    'Nếu có ý kiến, xin liên hệ {co_quan}, {dien_thoai}. Ông/Bà có thể gửi đề nghị mới khi có thay đổi.',
  ),
  ready: letter(
    'Hộp thư {dia_chi} đã hoạt động',
    dear,
    'Hộp thư {dia_chi} đã kích hoạt lúc {luc_kich_hoat}. Xem tài khoản và cách cài đặt trên điện thoại, máy tính tại {lien_ket}',
    'Nếu không phải Ông/Bà kích hoạt, báo ngay {dien_thoai}.',
  ),
  transferred: letter(
    'Hộp thư {dia_chi} theo đơn vị mới',
    dear,
    'Từ ngày {ngay_hieu_luc}, Ông/Bà chuyển từ {don_vi_cu} sang {don_vi_moi}, chức vụ {chuc_vu}. Địa chỉ {dia_chi}, mật khẩu và thư giữ nguyên.',
    'Quyền và hộp thư chung ở đơn vị cũ không còn; đơn vị mới giao lại nếu cần. Xem tại {lien_ket}',
  ),
  leaving: letter(
    'Về hộp thư {dia_chi} khi thôi công tác',
    dear,
    'Từ ngày {ngay_ngung}, hộp thư ngừng đăng nhập{can_cu}.',
    'Thư được lưu giữ đến ngày {luu_den}, sau đó được lưu trữ, và xóa khỏi hộp thư ngày {ngay_xoa}. Địa chỉ {dia_chi} không cấp lại cho người khác.',
    'Thư công vụ đang xử lý do đơn vị phân công người tiếp nhận. Nếu cần lại thư trong thời gian lưu giữ, xin liên hệ đơn vị.',
  ),
  merged: letter(
    'Hộp thư {dia_chi} và địa chỉ {dia_chi_cu}',
    dear,
    'Hai hồ sơ của Ông/Bà đã được gộp làm một. Hộp thư {dia_chi} tiếp tục dùng như trước; thư gửi đến {dia_chi_cu} từ nay vào hộp thư này.',
    'Thư cũ ở {dia_chi_cu} được lưu giữ đến ngày {luu_den}; nếu cần, xin liên hệ {email_ho_tro}. Nếu đây không phải địa chỉ của Ông/Bà, báo ngay {dien_thoai}.',
  ),
  idle: letter(
    'Hộp thư {dia_chi} lâu không dùng',
    dear,
    'Hộp thư {dia_chi} không được đăng nhập từ ngày {ngay_dung_cuoi}. Nếu vẫn không được dùng, từ ngày {ngay_khoa} hộp thư ngừng đăng nhập; thư gửi đến vẫn nhận và giữ.',
    'Để tiếp tục dùng, chỉ cần đăng nhập hộp thư trước ngày đó. Nếu nghỉ dài ngày, xin báo quản trị đơn vị để được miễn. Sau khi ngừng, quản trị đơn vị mở lại.',
  ),
  review: letter(
    '{nhac}Xác nhận danh sách hộp thư trước ngày {han}',
    dear,
    'Xin xác nhận danh sách người dùng hộp thư của các đơn vị do Ông/Bà quản trị trước ngày {han}: {so_nguoi} người, còn {so_con_lai} người chưa được trả lời.',
    'Danh sách: {lien_ket}',
  ),
  reorganised: letter(
    'Sắp xếp đơn vị',
    dear,
    'Từ ngày {ngay_hieu_luc}, {don_vi_cu} thuộc {don_vi_moi}.',
    'Địa chỉ hộp thư của Ông/Bà: {dia_chi}. {ve_dia_chi} Hộp thư và thư trong đó giữ nguyên; Ông/Bà không cần làm gì.',
  ),
  already: letter(
    'Có đề nghị cấp hộp thư thứ hai',
    dear,
    'Lúc {luc_de_nghi}, có đề nghị cấp hộp thư công vụ mang tên và số định danh của Ông/Bà. Ông/Bà đã có hộp thư {dia_chi} nên không có hộp thư thứ hai nào được tạo.',
    'Nếu không đăng nhập được, liên hệ quản trị đơn vị. Nếu Ông/Bà không gửi đề nghị đó, xin báo bộ phận hỗ trợ.',
  ),
  waiting: letter(
    '{so_de_nghi} chờ duyệt, {so_qua_han} quá hạn',
    dear,
    '{danh_sach}',
    'Xử lý tại {lien_ket}',
    '{chuyen_len}',
  ),
  deputy: letter(
    'Duyệt thay {nguoi_duoc_thay} từ {tu_ngay}',
    dear,
    'Từ ngày {tu_ngay} đến hết ngày {den_ngay}, Ông/Bà được giao duyệt đề nghị thay {nguoi_duoc_thay}. Mỗi quyết định được ghi với tên Ông/Bà và người được thay.',
    'Các đề nghị đang chờ: {lien_ket}',
    'Không nhận được việc này, xin báo lại {nguoi_duoc_thay} hoặc bộ phận hỗ trợ.',
  ),
  reconciled: letter('Đối soát số {so_lan}: {ket_luan}', dear, '{ket_qua}', 'Xem: {lien_ket}'),
  anchor: letter(
    'Nhật ký Congvu đến mục {so_muc}',
    'Kính gửi bộ phận vận hành,',
    'Mục mới nhất của chuỗi nhật ký lúc {luc} là {so_muc}, mã kiểm chứng:\n{ma_kiem_chung}',
    'Giữ thư này: nếu sau này nhật ký ngắn hơn mục trên thì phần cuối đã bị cắt.',
  ),
}
