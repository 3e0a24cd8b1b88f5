"""The command check: proves a ledger, says what fits what was found, and mends what can be mended."""

import argparse
from collections.abc import Sequence

from db.checking import Found, check
from db.ledger import Ledger
from db.mending import Lost, bring_back, lost, mend_indexes
from desktop.cli.opening import unlocked

MOST_NAMED = 20


def check_ledger(arguments: argparse.Namespace) -> int:
    """Prove the file, the journal, the tables and the attachments; exit 3 if anything is wrong."""
    with unlocked(arguments, write=arguments.mend) as ledger:
        found = check(ledger)
        if arguments.mend and not found.harm and _mended(ledger, found):
            found = check(ledger)
        gone = lost(ledger, found.attachments)
    if found.log:
        print(f"注意：{found.log}现在已经收进台账，没有丢什么。")
    if not found.sentences:
        print("台账完好：文件、日志和数据都对得上。")
        return 0
    print("台账有问题：")
    for sentence in found.sentences:
        print(f"  {sentence}")
    for one in gone[:MOST_NAMED]:
        kept = "备份里还有" if one.kept else "手边的备份里没有"
        print(f"    {one.name}（{one.of}）：{kept}")
    if len(gone) > MOST_NAMED:
        print(f"    ……一共{len(gone)}个")
    print(_advice(found, gone))
    return 3


def _mended(ledger: Ledger, found: Found) -> bool:
    """Mend what can be mended, and tell it; return whether anything was."""
    aside = mend_indexes(ledger) if found.indexes else None
    if aside is not None:
        print(f"已重建索引：{'、'.join(found.indexes)}。原来的台账整套留在 {aside}。")
    back = bring_back(ledger, found.attachments) if found.attachments else 0
    if back:
        print(f"已从备份找回{back}个附件。")
    return aside is not None or back > 0


def _advice(found: Found, gone: Sequence[Lost]) -> str:
    if found.harm:
        return "请先不要再登记，从备份恢复（restore）或找人查看。"
    if found.indexes:
        return (
            "登记的内容都在，坏的是查找用的索引，查出来的会少。请先不要再登记，关掉窗口，"
            "用 check --mend 重建；重建之前会把现在的台账整套留一份。"
        )
    if any(one.kept for one in gone):
        return "台账本身完好，可以接着登记。备份里还有的附件，用 check --mend 找回。"
    return (
        "台账本身完好，可以接着登记。请插上存过备份的优盘再查一次；"
        "备份里也没有的，原件还在就重新加一次。"
    )
