import { day, dayInWords, instant } from '../views/formats.ts'
import type { Letter, Letters, Sender } from './letter-words.ts'
import { doubtText, kindLines } from './reconcile-sayings.ts'
import { reconcileVi } from './reconcile.vi.ts'

const at = (when: Date | string): string => instant(when, 'vi')

function letter(subject: string, greeting: string, paragraphs: readonly string[], from: Sender): Letter {
  const closing = [
    'Không ai, kể cả quản trị viên, được hỏi mật khẩu.',
    `Trân trọng,\n${from.name}`,
    `Thư tự động, không trả lời thư này. Hỗ trợ: ${from.phone}, ${from.email}.`,
  ]
  return { subject, text: `${[greeting, ...paragraphs, ...closing].join('\n\n')}\n` }
}
const dear = (name: string): string => `Kính gửi Ông/Bà ${name},`

export const lettersVi: Letters = {
  confirm: ({ code, until }, from) =>
    letter(
      `Mã xác nhận email: ${code}`,
      'Kính gửi Ông/Bà,',
      [
        `Mã xác nhận email để đề nghị cấp hộp thư công vụ là ${code}, có giá trị đến ${at(until)}.`,
        'Nếu Ông/Bà không thực hiện, xin bỏ qua thư này; không có gì được tạo.',
      ],
      from,
    ),
  received: ({ code, name, unit, at: sent, due }, from) =>
    letter(
      `Đã nhận đề nghị ${code}`,
      dear(name),
      [
        `${unit} đã nhận đề nghị cấp hộp thư công vụ của Ông/Bà lúc ${at(sent)} và sẽ trả lời trước ${at(due)}.`,
        `Theo dõi: ${from.track(code)}`,
      ],
      from,
    ),
  returned: ({ code, name, unit, comment, until }, from) =>
    letter(
      `Đề nghị ${code} cần bổ sung`,
      dear(name),
      [
        `${unit} đã xem đề nghị của Ông/Bà và cần bổ sung: “${comment}”`,
        `Xin sửa và gửi lại trước ngày ${day(until, 'vi')}: ${from.track(code)}`,
        'Thông tin đã khai vẫn được giữ nguyên.',
      ],
      from,
    ),
  approved: ({ code, name, unit, on, address, secret, until }, from) =>
    letter(
      `Đề nghị ${code} đã được phê duyệt: kích hoạt hộp thư`,
      dear(name),
      [
        `Đề nghị của Ông/Bà đã được ${unit} phê duyệt ${dayInWords(on, 'vi')}. Địa chỉ hộp thư: ${address}`,
        `Đặt mật khẩu để kích hoạt: ${from.activate(secret)}`,
        `Liên kết dùng một lần, có giá trị đến ${at(until)}; quá hạn, hộp thư bị khóa cho đến khi đơn vị cấp lại liên kết.`,
      ],
      from,
    ),
  'approved-slip': ({ code, name, unit, on, address }, from) =>
    letter(
      `Đề nghị ${code} đã được phê duyệt`,
      dear(name),
      [
        `Đề nghị của Ông/Bà đã được ${unit} phê duyệt ${dayInWords(on, 'vi')}. Địa chỉ hộp thư: ${address}`,
        'Xin đến đơn vị nhận phiếu giao nhận; phiếu có mã để kích hoạt hộp thư.',
      ],
      from,
    ),
  link: ({ name, address, secret, until }, from) =>
    letter(
      `Liên kết mới để kích hoạt ${address}`,
      dear(name),
      [
        `Đặt mật khẩu để kích hoạt hộp thư ${address}: ${from.activate(secret)}`,
        `Liên kết dùng một lần, có giá trị đến ${at(until)}. Các liên kết và phiếu trước không còn dùng được.`,
      ],
      from,
    ),
  rejected: ({ code, name, unit, reason }, from) =>
    letter(
      `Kết quả đề nghị ${code}`,
      dear(name),
      [
        `${unit} không phê duyệt đề nghị của Ông/Bà. Lý do: “${reason}”`,
        `Nếu có ý kiến, xin liên hệ ${from.name}, ${from.phone}. Ông/Bà có thể gửi đề nghị mới khi có thay đổi.`,
      ],
      from,
    ),
  ready: ({ name, address, at: activated }, from) =>
    letter(
      `Hộp thư ${address} đã hoạt động`,
      dear(name),
      [
        `Hộp thư đã kích hoạt lúc ${at(activated)}. Xem tài khoản và cách cài đặt trên điện thoại, máy tính tại ${from.signIn}`,
        `Nếu không phải Ông/Bà kích hoạt, báo ngay ${from.phone}.`,
      ],
      from,
    ),
  transferred: ({ name, address, on, from: was, to, title }, from) =>
    letter(
      `Hộp thư ${address} theo đơn vị mới`,
      dear(name),
      [
        `Từ ngày ${day(on, 'vi')}, Ông/Bà chuyển từ ${was} sang ${to}, chức vụ ${title}. Địa chỉ, mật khẩu và thư giữ nguyên.`,
        `Quyền và hộp thư chung ở đơn vị cũ không còn; đơn vị mới giao lại nếu cần. Xem tại ${from.signIn}`,
      ],
      from,
    ),
  leaving: ({ name, address, on, until, letter: by }, from) =>
    letter(
      `Về hộp thư ${address} khi thôi công tác`,
      dear(name),
      [
        `Từ ngày ${day(on, 'vi')}, hộp thư ngừng đăng nhập${by === null ? '' : ` theo văn bản số ${by.number} ngày ${day(by.date, 'vi')}`}.`,
        `Thư được lưu giữ đến ngày ${day(until, 'vi')}, sau đó được lưu trữ rồi xóa. Địa chỉ không cấp lại cho người khác.`,
        'Thư công vụ đang xử lý do đơn vị phân công người tiếp nhận. Nếu cần lại thư trong thời gian lưu giữ, xin liên hệ đơn vị.',
      ],
      from,
    ),
  already: ({ name, address, at: asked }, from) =>
    letter(
      'Có đề nghị cấp hộp thư thứ hai',
      dear(name),
      [
        `Lúc ${at(asked)}, có đề nghị cấp hộp thư công vụ mang tên và số định danh của Ông/Bà. Ông/Bà đã có hộp thư ${address} nên không có hộp thư thứ hai nào được tạo.`,
        'Nếu không đăng nhập được, liên hệ quản trị đơn vị. Nếu Ông/Bà không gửi đề nghị đó, xin báo bộ phận hỗ trợ.',
      ],
      from,
    ),
  waiting: ({ name, waiting, overdue, lines, more, above }, from) => {
    const goesTo = {
      unit: above.kind === 'unit' ? above.name : '',
      'it-staff': 'bộ phận công nghệ thông tin',
      several: 'đơn vị cấp trên',
      none: '',
    }[above.kind]
    const list = lines.map((line) =>
      [
        `- ${line.name}, ${line.unit}: hạn trả lời ${at(line.due)}`,
        ...(line.overdue ? ['quá hạn'] : []),
        ...(line.passedOn ? ['đơn vị dưới chưa trả lời'] : []),
        ...(line.for === undefined ? [] : [`duyệt thay ${line.for}`]),
      ].join(', '),
    )
    return letter(
      `${waiting} đề nghị chờ duyệt, ${overdue} quá hạn`,
      dear(name),
      [
        [...list, ...(more > 0 ? [`và ${more} đề nghị khác`] : [])].join('\n'),
        `Xử lý tại ${from.inbox}`,
        goesTo === ''
          ? 'Không đề nghị nào được tự động duyệt.'
          : `Đề nghị quá hạn được chuyển lên ${goesTo}, không tự động duyệt.`,
      ],
      from,
    )
  },
  deputy: ({ name, principal, from: first, to }, from) =>
    letter(
      `Duyệt thay ${principal} từ ${day(first, 'vi')}`,
      dear(name),
      [
        `Từ ngày ${day(first, 'vi')} đến hết ngày ${day(to, 'vi')}, Ông/Bà được giao duyệt đề nghị thay ${principal}. Mỗi quyết định được ghi với tên Ông/Bà và người được thay.`,
        `Các đề nghị đang chờ: ${from.inbox}`,
        `Không nhận được việc này, xin báo lại ${principal} hoặc bộ phận hỗ trợ.`,
      ],
      from,
    ),
  reconciled: ({ name, number, at: when, fresh, counts, doubt }, from) =>
    letter(
      doubt ? `Đối soát số ${number}: không kết luận được` : `Đối soát số ${number}: ${fresh} điểm lệch mới`,
      dear(name),
      [
        doubt
          ? doubtText(reconcileVi.doubts, 'vi', doubt)
          : `Lần đối soát lúc ${at(when)} thấy ${fresh} điểm lệch chưa có lần trước.`,
        ...(doubt ? [] : [kindLines(reconcileVi.kinds, counts)]),
        `Xem: ${from.reconcile}`,
      ],
      from,
    ),
  anchor: ({ seq, mac, at: read }, from) =>
    letter(
      `Nhật ký Congvu đến mục ${seq}`,
      'Kính gửi bộ phận vận hành,',
      [
        `Mục mới nhất của chuỗi nhật ký lúc ${at(read)} là ${seq}, mã kiểm chứng:\n${mac}`,
        'Giữ thư này: nếu sau này nhật ký ngắn hơn mục trên thì phần cuối đã bị cắt.',
      ],
      from,
    ),
}
