/** The list of policies. */
export const policiesVi = {
  title: 'Quy định',
  lead: 'Mỗi quy định có các lần sửa, ghi ngày, người sửa và lý do.',
  each: {
    naming: {
      title: 'Mẫu địa chỉ',
      text: 'Địa chỉ của người, đơn vị và chức danh được đặt thế nào; từ không cấp, độ dài.',
    },
    steps: { title: 'Các bước phê duyệt', text: 'Loại đề nghị nào, ở đơn vị nào, cần ai duyệt.' },
    life: {
      title: 'Vòng đời tài khoản',
      text: 'Bao lâu không dùng thì nhắc, ngừng, thu hồi; giữ thư bao lâu sau khi nghỉ.',
    },
    quotas: {
      title: 'Dung lượng hộp thư',
      text: 'Hộp thư lớn bao nhiêu theo chức vụ và đơn vị; đề nghị đã duyệt thì lớn hơn.',
    },
    letters: {
      title: 'Lời thư gửi đi',
      text: 'Văn bản các thư xác nhận, trả lại, duyệt, nhắc việc, bằng hai ngôn ngữ.',
    },
    retention: {
      title: 'Lưu trữ và xóa',
      text: 'Đề nghị không thành và thư được giữ bao lâu thì xóa dữ liệu cá nhân.',
    },
    attributes: {
      title: 'Ai quyết định thuộc tính',
      text: 'Thuộc tính nào theo cơ sở dữ liệu, theo danh bạ, hoặc chỉ ghi một lần.',
    },
    brake: { title: 'Ngưỡng chốt an toàn', text: 'Kế hoạch thay đổi bao nhiêu tài khoản thì phải dừng chờ hai người.' },
    imports: {
      title: 'Nhập danh sách',
      text: 'Bao nhiêu thay đổi thì cần người thứ hai; hoàn tác và giữ tệp bao lâu.',
    },
    holidays: { title: 'Ngày nghỉ', text: 'Ngày nghỉ và ngày làm bù, để tính hạn trả lời.' },
  },
}
