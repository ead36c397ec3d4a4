require ["environment", "regex", "vacation", "variables", "vnd.dovecot.environment"];

# What Congvu has somebody who left answer, once a week to each sender (RFC 5230: never to lists, bulk mail, other machines'
# replies or letters without a sender). Postfix has made one address of all; To and Cc tell whether the letter was for one
# of the mailbox's, which stand before the text: one@example.vn|other@example.vn Text.
if environment :matches "vnd.dovecot.config.reply" "* *" {
  set "addresses" "${1}";
  set "reply" "${2}";
  set "subject" "";
  if header :matches "Subject" "?*" {
    set "subject" ": ${0}";
  }
  if environment :matches "vnd.dovecot.config.from" "?*" {
    set "from" "${0}";
  }
  if address :regex ["To", "Cc", "Resent-To", "Resent-Cc"] "^(${addresses})$" {
    vacation :days 7 :handle "automatic-reply" :from "${from}" :subject "Trả lời tự động${subject}" "${reply}";
  }
}
