/** The texts of decisions about several requests at once. */
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
}
export type DecisionsWords = typeof decisionsVi
