import type { Language } from '../letters/letter.ts'

type Introduction = {
  readonly title: string
  readonly summary: string
  readonly token: string
  readonly sections: readonly { readonly id: string; readonly title: string; readonly text: string }[]
  readonly headers: Readonly<
    Record<'key' | 'match' | 'none' | 'etag' | 'location' | 'link' | 'done' | 'notModified', string>
  >
  readonly problem: Readonly<Record<'whole' | 'type' | 'title' | 'status' | 'errors' | 'at', string>>
}

/** What the documentation says of all routes alike. */
export const INTRODUCTION: Readonly<Record<Language, Introduction>> = {
  vi: {
    title: 'Giao diện lập trình của Thư điện tử công vụ',
    summary: 'Đề nghị, tài khoản, đơn vị và quy định, bằng JSON qua HTTPS.',
    token: 'Mã truy cập cá nhân, tạo ở trang Mã truy cập.',
    sections: [
      {
        id: 'ma',
        title: 'Mã truy cập',
        text: 'Mọi yêu cầu mang tiêu đề Authorization: Bearer <mã>. Mã được tạo ở trang Mã truy cập, có phạm vi và hạn dùng, và không bao giờ làm được nhiều hơn chủ của nó ở thời điểm đó. Không nhận cookie. Mỗi mã được 600 yêu cầu một phút; RateLimit cho biết còn bao nhiêu. Trong các ví dụ, tệp token.txt chứa tiêu đề ấy, để mã không hiện trên dòng lệnh.',
      },
      {
        id: 'khoa',
        title: 'Không làm hai lần',
        text: 'Mọi POST mang tiêu đề Idempotency-Key, một chuỗi chưa dùng, ví dụ UUID. Gửi lại cùng khóa và cùng nội dung trong 24 giờ thì nhận đúng câu trả lời cũ (có Idempotent-Replayed: true) và không có gì được làm thêm. Cùng khóa mà nội dung khác: 422. Yêu cầu đầu chưa xong: 409, thử lại sau.',
      },
      {
        id: 'ban',
        title: 'Không ghi đè bản mới hơn',
        text: 'Câu trả lời cho GET mang ETag. Sửa thứ gì thì gửi lại ETag đó trong If-Match: nội dung đã khác thì 412 và không có gì thay đổi; thiếu tiêu đề thì 428. GET với If-None-Match trả lời 304 khi không có gì mới.',
      },
      {
        id: 'trang',
        title: 'Danh sách nhiều trang',
        text: 'Danh sách có thứ tự cố định. limit là số mục mỗi trang (mặc định 50, nhiều nhất 200). next là con trỏ của trang sau: gửi lại nguyên văn trong cursor, cùng các điều kiện lọc; Link rel="next" là địa chỉ đầy đủ.',
      },
      {
        id: 'loi',
        title: 'Khi bị từ chối',
        text: 'Mọi từ chối là một tài liệu application/problem+json (RFC 9457): type cho chương trình, title cho người đọc, theo Accept-Language (vi hoặc en). Giá trị sai được liệt kê hết trong errors, mỗi lỗi kèm vị trí theo RFC 6901. Trường lạ trong nội dung bị từ chối.',
      },
      {
        id: 'dang',
        title: 'Dạng dữ liệu',
        text: 'JSON theo UTF-8. Ngày là YYYY-MM-DD theo giờ Việt Nam; thời điểm là RFC 3339 theo UTC. Chương trình đọc phải bỏ qua trường chưa biết: trường mới có thể được thêm, trường cũ không đổi nghĩa trong v1.',
      },
    ],
    headers: {
      key: 'Khóa chưa dùng của yêu cầu này (chuỗi theo RFC 9651, hoặc không có ngoặc kép).',
      match: 'ETag của bản đã đọc.',
      none: 'ETag đã có: trả lời 304 nếu không có gì mới.',
      etag: 'Dấu của nội dung này.',
      location: 'Nơi đọc được nội dung mới.',
      link: 'rel="next": địa chỉ của trang sau.',
      done: 'Đã xong.',
      notModified: 'Không có gì mới.',
    },
    problem: {
      whole: 'Một từ chối. Tùy loại còn có các trường khác.',
      type: 'Loại, để chương trình nhận ra.',
      title: 'Loại, bằng lời.',
      status: 'Mã HTTP.',
      errors: 'Các giá trị sai.',
      at: 'Con trỏ JSON vào nội dung, hoặc tên tham số.',
    },
  },
  en: {
    title: 'Programming interface of Official mail',
    summary: 'Requests, accounts, units and policy, as JSON over HTTPS.',
    token: 'A personal access token, made on the page Access tokens.',
    sections: [
      {
        id: 'ma',
        title: 'Access tokens',
        text: 'Every request bears Authorization: Bearer <token>. A token is made on the page Access tokens, has scopes and an end, and never does more than its owner may at that moment. Cookies are not accepted. Each token has 600 requests a minute; RateLimit tells what is left. In the examples the file token.txt holds that header, so that the token is on no command line.',
      },
      {
        id: 'khoa',
        title: 'Nothing is done twice',
        text: 'Every POST bears an Idempotency-Key, a fresh string such as a UUID. The same key with the same content within 24 hours gets the very answer that the first one got (with Idempotent-Replayed: true), and nothing more is done. The same key with other content: 422. The first one still under way: 409, try again.',
      },
      {
        id: 'ban',
        title: 'Nothing newer is overwritten',
        text: 'The answer to a GET bears an ETag. A change sends it back in If-Match: where the content differs by now, 412 and nothing changes; without the header, 428. A GET with If-None-Match answers 304 when there is nothing new.',
      },
      {
        id: 'trang',
        title: 'Lists',
        text: 'Lists have a stable order. limit is how many items a page has (50 unless said, at most 200). next is the cursor of the next page: send it back as it came in cursor, with the same filters; Link rel="next" is the whole address.',
      },
      {
        id: 'loi',
        title: 'Refusals',
        text: 'Every refusal is an application/problem+json document (RFC 9457): type for programs, title for people, by Accept-Language (vi or en). All wrong values are listed in errors, each with its place (RFC 6901). Unknown fields in a body are refused.',
      },
      {
        id: 'dang',
        title: 'Values',
        text: 'JSON in UTF-8. A day is YYYY-MM-DD in Vietnam; an instant is RFC 3339 in UTC. Readers must ignore fields that they do not know: new ones may come, known ones keep their meaning within v1.',
      },
    ],
    headers: {
      key: 'A fresh key of this request (an RFC 9651 String, or the same without quotes).',
      match: 'The ETag of what was read.',
      none: 'A known ETag: 304 when there is nothing new.',
      etag: 'The validator of this content.',
      location: 'Where the new content is read.',
      link: 'rel="next": the address of the next page.',
      done: 'Done.',
      notModified: 'Nothing new.',
    },
    problem: {
      whole: 'A refusal. Some types have further members.',
      type: 'The type, for programs.',
      title: 'The type, in words.',
      status: 'The HTTP status.',
      errors: 'The values that are wrong.',
      at: 'A JSON pointer into the body, or the parameter’s name.',
    },
  },
}
