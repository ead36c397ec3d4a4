/** Texts of comments on requests. */
export const commentsVi = {
  title: 'Ý kiến trao đổi',
  nothing: 'Chưa có ý kiến nào.',
  applicant: 'Người đề nghị',
  writer: (name: string, role: string) => `${name}, ${role}`,
  /** Who reads a comment, as it stands beside it. */
  readers: { staff: 'Chỉ người xử lý đọc', applicant: 'Người đề nghị đọc được' },
  label: 'Viết ý kiến',
  hint: 'Nhiều nhất 2.000 ký tự. Ý kiến đã ghi thì không sửa, không xóa được.',
  answerHint: 'Người xử lý đề nghị đọc được. Nhiều nhất 2.000 ký tự; ý kiến đã gửi thì không sửa, không xóa được.',
  choice: 'Ai đọc được ý kiến này',
  choices: {
    staff: 'Chỉ người xử lý đề nghị',
    applicant: 'Cả người đề nghị',
    applicantHint: 'Hiện trên trang theo dõi đề nghị; không gửi thư',
  },
  button: 'Gửi ý kiến',
  done: 'Đã ghi ý kiến.',
  errors: {
    empty: 'Viết ý kiến trước khi gửi',
    'too-long': 'Ý kiến dài quá 2.000 ký tự',
    odd: 'Ý kiến có ký tự không nhìn thấy được; gõ lại thay vì dán',
    reader: 'Chọn ai đọc được ý kiến này',
    full: 'Đề nghị này đã có đủ số ý kiến, không nhận thêm',
    closed: 'Đề nghị đã kết thúc nên không nhận thêm ý kiến',
    own: 'Đây là đề nghị do chính mình gửi: viết ý kiến ở trang “Đề nghị của tôi”',
  },
  audit: {
    actions: { 'request.commented': 'Viết ý kiến về đề nghị' },
    details: { reader: 'ai đọc' },
  },
}
