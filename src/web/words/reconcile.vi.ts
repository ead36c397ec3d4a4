/** Reconciliation: runs, findings and what is done about them; the board's pauses; adoption. */
export const reconcileVi = {
  title: 'Đối soát',
  lead: 'So điều phải có trong cơ sở dữ liệu với điều đang có trên máy chủ danh bạ và máy chủ thư.',
  kinds: {
    missing: 'Thiếu',
    half: 'Chỉ có ở một hệ thống',
    different: 'Khác',
    members: 'Sai thành viên nhóm',
    alias: 'Sai địa chỉ phụ',
    double: 'Trùng',
    extra: 'Lạ',
  },
  means: {
    missing: 'Phải có mà không thấy ở đâu',
    half: 'Có ở hệ thống này mà thiếu ở hệ thống kia',
    different: 'Giá trị không giống',
    members: 'Thành viên nhóm không giống',
    alias: 'Địa chỉ phụ không giống',
    double: 'Hai mục cùng một người hoặc một địa chỉ',
    extra: 'Có mà không ai quản lý',
  },
  doubts: {
    faulty: (read: string, expected: string, detail: string) =>
      `Chỉ đọc được ${read} trên khoảng ${expected} mục (${detail}). Lần này không kết luận và không sửa gì.`,
    sizeLimit: (read: string, expected: string) =>
      `Máy chủ cắt câu trả lời sau ${read} trên khoảng ${expected} mục vì giới hạn của nó. Lần này không kết luận và không sửa gì.`,
    empty: (expected: string) =>
      `Máy chủ trả về 0 mục trong khi phải có ${expected}. Coi là sự cố, không coi là đã xóa hết.`,
    shrunk: (found: string, expected: string) =>
      `Chỉ thấy ${found} trên ${expected} mục phải có, ít hơn mức cho phép. Coi là sự cố, không kết luận và không sửa gì.`,
    older: (was: string, is: string) =>
      `Nội dung máy chủ danh bạ (${is}) cũ hơn lần đọc trước (${was}): vừa khôi phục từ bản sao lưu, hoặc bản sao chưa theo kịp. Lần này không kết luận và không sửa gì.`,
    paused: 'Máy chủ đang tạm dừng để bảo trì nên chưa đọc.',
  },
}
