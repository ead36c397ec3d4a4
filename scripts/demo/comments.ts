/** What unit administrators write when they send a request back. */
export const RETURNED = [
  'Ngày sinh chưa khớp với số định danh cá nhân. Đề nghị đồng chí kiểm tra lại theo thẻ căn cước rồi gửi lại.',
  'Theo quyết định điều động, đồng chí đang công tác tại phòng khác. Đề nghị chọn lại đơn vị.',
  'Chức vụ ghi chưa đúng quyết định tuyển dụng. Đề nghị ghi đúng ngạch đang giữ.',
  'Họ tên viết chưa đủ dấu. Đề nghị viết đúng như trên thẻ căn cước.',
  'Đề nghị bổ sung số điện thoại để đơn vị gọi xác minh trước khi duyệt.',
]

/** Why they reject one. */
export const REJECTED = [
  'Hợp đồng còn dưới 12 tháng, chưa thuộc đối tượng được cấp hộp thư công vụ.',
  'Không có tên trong danh sách cán bộ, công chức của đơn vị; đã gọi xác minh nhưng không đúng người.',
  'Đồng chí đã có hộp thư công vụ từ năm 2025. Đề nghị dùng hộp thư đang có; nếu quên mật khẩu, liên hệ Văn phòng.',
  'Đồng chí đã có quyết định nghỉ hưu từ tháng tới nên không cấp hộp thư mới.',
]
