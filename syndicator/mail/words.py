"""The wording of mailing lists, in English and in Lao: of their messages, and of the pages where people join
and leave them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class ListWords:
    """A list's own text in one language. ``{title}`` is the list's, ``{count}`` a number, ``{site}`` the
    newsroom's name.

    Of messages: ``why`` and ``unsubscribe`` stand at their end, ``more`` at a digest's; ``corrected`` and
    ``withdrawn`` are subjects; ``confirm_*`` and ``known`` are sent to who signs up, ``ignore`` at the end of
    both. Of pages: ``join_*``, ``sent_*`` (a message is on its way), ``begin_*`` (its link), ``joined_*``,
    ``leave_*``, ``left_*``, ``old_*`` (a link that is no good); ``bad_address``, ``too_many`` and
    ``unavailable`` are complaints.
    """

    language: str
    why: str
    unsubscribe: str
    more: str
    corrected: str
    withdrawn: str
    confirm_subject: str
    confirm_text: str
    known: str
    ignore: str
    join_title: str
    join_lead: str
    address: str
    join: str
    sent_title: str
    sent_text: str
    begin_title: str
    begin_text: str
    begin: str
    joined_title: str
    joined_text: str
    leave_title: str
    leave_text: str
    leave: str
    left_title: str
    left_text: str
    old_title: str
    old_text: str
    bad_address: str
    too_many: str
    unavailable: str


ENGLISH = ListWords(
    language="en",
    why="You get this because this address was signed up for it.",
    unsubscribe="Unsubscribe",
    more="{count} more on {site}",
    corrected="Correction: {title}",
    withdrawn="Withdrawn: {title}",
    confirm_subject="Please confirm: {title}",
    confirm_text="Somebody has signed this address up for {title}. If that was you, open this page:",
    known="This address is signed up for {title} already. To unsubscribe, open this page:",
    ignore="If it was not you, there is nothing to do: nothing else will come.",
    join_title="By mail",
    join_lead="Leave your address, and we send you a link to confirm that it is yours. Every mail has one to "
    "unsubscribe.",
    address="Your mail address",
    join="Sign up",
    sent_title="Look into your mail",
    sent_text="If that address can be signed up, a message is on its way to it. Open the link in it, and you "
    "are on the list. It may take a few minutes; look among spam, too.",
    begin_title="One more step",
    begin_text="Shall {title} come to you by mail?",
    begin="Yes, sign me up",
    joined_title="You are on the list",
    joined_text="{title} comes to you by mail from now on. Every mail has a link to unsubscribe.",
    leave_title="Unsubscribe",
    leave_text="Shall {title} no longer come to you by mail?",
    leave="Unsubscribe",
    left_title="You are unsubscribed",
    left_text="{title} does not come to you any more.",
    old_title="This link is no longer good",
    old_text="It is too old, was used, or is not whole. To get {title} by mail, sign up once more.",
    bad_address="That is no address of a mailbox: something is missing, or one character too many.",
    too_many="That was too often. Please try again later.",
    unavailable="That does not work at the moment. Please try again later.",
)

LAO = ListWords(
    language="lo",
    why="ທ່ານໄດ້ຮັບອີເມວນີ້ຍ້ອນທີ່ຢູ່ອີເມວນີ້ໄດ້ລົງທະບຽນໄວ້.",
    unsubscribe="ຍົກເລີກການຮັບ",
    more="ຍັງມີອີກ {count} ຂ່າວຢູ່ {site}",
    corrected="ແກ້ໄຂ: {title}",
    withdrawn="ຖອນອອກ: {title}",
    confirm_subject="ກະລຸນາຢືນຢັນ: {title}",
    confirm_text="ມີຄົນໄດ້ໃຊ້ທີ່ຢູ່ອີເມວນີ້ລົງທະບຽນຮັບ {title}. ຖ້າແມ່ນທ່ານ, ກະລຸນາເປີດໜ້ານີ້:",
    known="ທີ່ຢູ່ອີເມວນີ້ໄດ້ລົງທະບຽນຮັບ {title} ໄວ້ແລ້ວ. ຖ້າຕ້ອງການຍົກເລີກ, ກະລຸນາເປີດໜ້ານີ້:",
    ignore="ຖ້າບໍ່ແມ່ນທ່ານ, ບໍ່ຕ້ອງເຮັດຫຍັງ: ຈະບໍ່ມີອີເມວອື່ນສົ່ງມາອີກ.",
    join_title="ຮັບທາງອີເມວ",
    join_lead="ໃສ່ທີ່ຢູ່ອີເມວຂອງທ່ານ, ແລ້ວພວກເຮົາຈະສົ່ງລິ້ງໃຫ້ທ່ານຢືນຢັນວ່າເປັນຂອງທ່ານ. ທຸກອີເມວມີລິ້ງສຳລັບຍົກເລີກ.",
    address="ທີ່ຢູ່ອີເມວຂອງທ່ານ",
    join="ລົງທະບຽນ",
    sent_title="ກະລຸນາກວດເບິ່ງອີເມວຂອງທ່ານ",
    sent_text="ຖ້າທີ່ຢູ່ນີ້ລົງທະບຽນໄດ້, ພວກເຮົາກຳລັງສົ່ງອີເມວໄປຫາ. ເປີດລິ້ງໃນອີເມວນັ້ນ ແລ້ວທ່ານຈະໄດ້ຮັບຂ່າວ. "
    "ອາດໃຊ້ເວລາສອງສາມນາທີ; ກະລຸນາເບິ່ງໃນກ່ອງສະແປມນຳ.",
    begin_title="ຍັງອີກໜຶ່ງຂັ້ນຕອນ",
    begin_text="ທ່ານຕ້ອງການຮັບ {title} ທາງອີເມວບໍ?",
    begin="ແມ່ນ, ລົງທະບຽນໃຫ້ຂ້ອຍ",
    joined_title="ລົງທະບຽນສຳເລັດແລ້ວ",
    joined_text="ຕັ້ງແຕ່ນີ້ໄປ ທ່ານຈະໄດ້ຮັບ {title} ທາງອີເມວ. ທຸກອີເມວມີລິ້ງສຳລັບຍົກເລີກ.",
    leave_title="ຍົກເລີກການຮັບ",
    leave_text="ທ່ານບໍ່ຕ້ອງການຮັບ {title} ທາງອີເມວອີກບໍ?",
    leave="ຍົກເລີກການຮັບ",
    left_title="ຍົກເລີກສຳເລັດແລ້ວ",
    left_text="ທ່ານຈະບໍ່ໄດ້ຮັບ {title} ອີກ.",
    old_title="ລິ້ງນີ້ໃຊ້ບໍ່ໄດ້ແລ້ວ",
    old_text="ລິ້ງນີ້ເກົ່າເກີນໄປ, ຖືກໃຊ້ແລ້ວ ຫຼື ບໍ່ຄົບຖ້ວນ. ຖ້າຕ້ອງການຮັບ {title} ທາງອີເມວ, ກະລຸນາລົງທະບຽນໃໝ່.",
    bad_address="ນີ້ບໍ່ແມ່ນທີ່ຢູ່ອີເມວ: ມີບາງຢ່າງຂາດໄປ ຫຼື ເກີນມາ.",
    too_many="ມີການຂໍຫຼາຍເກີນໄປ. ກະລຸນາລອງໃໝ່ພາຍຫຼັງ.",
    unavailable="ຕອນນີ້ຍັງເຮັດບໍ່ໄດ້. ກະລຸນາລອງໃໝ່ພາຍຫຼັງ.",
)


def list_words(language: str) -> ListWords:
    """The words for a BCP 47 tag: English ones where we have none in that language."""
    return LAO if language.lower().replace("_", "-").partition("-")[0] == "lo" else ENGLISH
