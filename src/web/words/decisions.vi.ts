/** The texts of official letters, and of decisions about several requests at once. */
export const decisionsVi = {
  several: {
    none: 'Chọn ít nhất một đề nghị trong danh sách.',
    nothingReady: 'Không có đề nghị nào trong số đã chọn làm được',
    ready: 'Đề nghị đã chọn',
    kept: (n: number) => `${n} đề nghị được giữ lại`,
    keptText: 'Những đề nghị này không quyết định chung được; mở từng đề nghị để xem.',
    why: 'Lý do',
    unknown: 'Đề nghị không còn trong phạm vi',
    approve: {
      title: (n: number) => `Duyệt ${n} đề nghị?`,
      button: (n: number) => `Duyệt ${n} đề nghị`,
      done: (done: number, not: number) =>
        not === 0 ? `Đã duyệt ${done} đề nghị` : `Đã duyệt ${done} đề nghị, ${not} đề nghị chưa duyệt được`,
      text: 'Mỗi đề nghị được kiểm tra và duyệt riêng. Đề nghị nào vướng thì ở lại, không ảnh hưởng đến đề nghị khác.',
    },
    return: {
      title: (n: number) => `Trả lại ${n} đề nghị?`,
      button: (n: number) => `Trả lại ${n} đề nghị`,
      done: (done: number, not: number) =>
        not === 0 ? `Đã trả lại ${done} đề nghị` : `Đã trả lại ${done} đề nghị, ${not} đề nghị chưa trả lại được`,
      text: 'Mọi người đề nghị đều đọc nguyên văn cùng một nội dung.',
    },
    identity: 'Tất cả những người này được xác minh bằng cách nào?',
    outcome: 'Kết quả',
    states: { approved: 'Đã duyệt', submitted: 'Đã duyệt bước này', returned: 'Đã trả lại' },
    notDone: 'Chưa làm được',
    slip: 'In phiếu',
  },
  letter: {
    title: 'Công văn',
    needed: 'Theo quy định của tỉnh, đề nghị này cần công văn của đơn vị: số, ngày và bản PDF đã ký.',
    notNeeded: 'Theo quy định hiện nay, đề nghị này không bắt buộc có công văn.',
    number: 'Số, ký hiệu công văn',
    numberHint: 'Ví dụ: 125/SNV-VP',
    date: 'Ngày công văn',
    dateHint: 'Ví dụ: 23 11 2026',
    file: 'Bản PDF đã ký',
    fileHint: 'Tệp PDF, tối đa 5 MB',
    fileStays: (name: string) => `Đã có tệp ${name}. Chọn tệp khác nếu muốn thay; tệp PDF, tối đa 5 MB.`,
    fact: (number: string, date: string) => `${number} ngày ${date}`,
    download: (name: string, size: string) => `Tải về ${name} (${size})`,
    policy: 'Cần công văn (số, ngày, bản PDF đã ký)',
    policyShort: 'Cần công văn',
    errors: {
      number: 'Ghi số, ký hiệu công văn',
      odd: 'Số công văn dài quá 60 ký tự hoặc có ký tự lạ',
      date: 'Ghi ngày công văn',
      'no-such-date': 'Không có ngày này; kiểm tra ngày, tháng, năm',
      future: 'Ngày công văn không được sau hôm nay',
      'no-file': 'Chọn tệp PDF của công văn',
      'empty-file': 'Tệp này trống; chọn tệp khác',
      'too-large': 'Tệp lớn hơn 5 MB; quét lại với độ phân giải thấp hơn',
      'not-pdf': 'Nội dung tệp không phải là PDF; lưu công văn thành PDF rồi chọn lại',
    },
  },
  audit: {
    actions: {
      'request.letter-attached': 'Đính kèm công văn',
      'request.letter-read': 'Tải công văn của đề nghị',
    },
    details: { date: 'ngày', bytes: 'byte', sha256: 'SHA-256' },
  },
}
export type DecisionsWords = typeof decisionsVi
