"""The band over the screens of a ledger that lies where nothing can be written."""

from PySide6.QtWidgets import QFrame

from desktop.widgets.parts import column, label


class ReadOnlyBand(QFrame):
    """Says that everything can be seen and printed and nothing saved, and what to do."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("band")
        said = column(self, (24, 8, 20, 8), 2)
        title = label("台账在只读的地方，只能看、不能改", 16)
        title.setAccessibleName(title.text())
        said.addWidget(title)
        said.addWidget(
            label(
                "看了和打印了什么不会记进改动记录。要登记，请把整个台账文件夹拷到本机硬盘再打开，"
                "或请管理员放开这个文件夹的写入权限。",
                12,
                wrap=True,
            )
        )
