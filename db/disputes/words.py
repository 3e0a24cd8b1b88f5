"""The words of dispute ledgers and the codes they are stored under.

Kinds are the eighteen of the justice administration's mediation statistics.
"""

from typing import Final

SOURCES: Final = {
    "走访发现": "visit", "走访": "visit", "入户发现": "visit", "群众反映": "residents", "群众举报": "residents",
    "群众求助": "residents", "来访": "residents", "来电": "residents", "110移交": "emergency",
    "110": "emergency", "警情": "emergency", "110警情": "emergency", "接处警": "emergency",
    "警情移交": "emergency", "联户长上报": "leader", "联户长": "leader", "网格员上报": "leader",
    "网格上报": "leader", "网格员": "leader", "上级交办": "superior", "交办": "superior", "街道交办": "superior",
    "当事人申请": "party", "申请": "party", "自行申请": "party", "主动申请": "party",
    "报警": "emergency", "网格员走访": "visit", "网格员走访发现": "visit", "网格员排查": "search",
    "主动排查": "search", "排查": "search", "排查发现": "search", "日常排查": "search",
    "委托移送": "entrusted", "委托": "entrusted", "法院委托": "entrusted", "移送委托": "entrusted",
}  # fmt: skip
SOURCE_NAMES: Final = {
    "visit": "走访发现", "residents": "群众反映", "emergency": "110移交", "leader": "联户长上报",
    "superior": "上级交办", "party": "当事人申请", "search": "主动排查", "entrusted": "委托移送",
}  # fmt: skip
KIND_NAMES: Final = {
    "family": "婚姻家庭", "neighbour": "邻里", "housing": "房屋宅基地", "contract": "合同",
    "production": "生产经营", "damages": "损害赔偿", "land": "山林土地", "demolition": "征地拆迁",
    "pollution": "环境污染", "wages": "拖欠农民工工资", "labour": "其他劳动争议", "travel": "旅游",
    "online": "电子商务", "consumer": "其他消费", "medical": "医疗", "traffic": "道路交通事故",
    "property": "物业", "other": "其他",
}  # fmt: skip
KINDS: Final = {name: code for code, name in KIND_NAMES.items()} | {
    "家庭": "family", "婚恋": "family", "婚姻": "family", "家庭婚姻": "family", "赡养": "family",
    "相邻关系": "neighbour", "相邻": "neighbour", "邻里关系": "neighbour", "邻里噪音": "neighbour", "房屋": "housing",
    "宅基地": "housing", "房屋、宅基地": "housing", "经济合同": "contract", "经济": "contract",
    "债务": "contract", "借贷": "contract", "民间借贷": "contract", "经营": "production",
    "伤害赔偿": "damages", "赔偿": "damages", "人身损害": "damages", "土地": "land", "山林": "land",
    "山林、土地": "land", "征地": "demolition", "拆迁": "demolition", "环境": "pollution",
    "环保": "pollution", "噪音": "pollution", "欠薪": "wages", "农民工工资": "wages", "讨薪": "wages",
    "拖欠工资": "wages", "劳动争议": "labour", "劳动": "labour", "劳资": "labour", "网购": "online",
    "消费": "consumer", "消费者权益": "consumer", "医患": "medical", "交通事故": "traffic",
    "交通": "traffic", "物业管理": "property", "其它": "other", "其他类": "other",
}  # fmt: skip
RISKS: Final = {
    "一般": "ordinary", "低": "ordinary", "普通": "ordinary", "简单": "ordinary", "小": "ordinary",
    "低风险": "ordinary", "中风险": "considerable", "较高风险": "considerable",
    "中高风险": "considerable", "高风险": "grave",
    "较大": "considerable", "中": "considerable", "疑难": "considerable", "较高": "considerable",
    "重大": "grave", "高": "grave", "重大疑难": "grave", "特别重大": "grave",
}  # fmt: skip
GRAVE: Final = "grave"
RISK_NAMES: Final = {"ordinary": "一般", "considerable": "较大", "grave": "重大"}
OPEN: Final = "open"
RESULTS: Final = {
    "调解中": OPEN, "否": OPEN, "正在调解": OPEN, "办理中": OPEN, "在办": OPEN, "未结": OPEN, "登记": OPEN,
    "待调解": OPEN, "处理中": OPEN, "跟进中": OPEN, "调处中": OPEN, "进行中": OPEN, "化解中": OPEN, "正在化解": OPEN, "有待继续": OPEN,
    "调解成功": "settled", "是": "settled", "成功": "settled", "已化解": "settled", "化解": "settled", "已调解": "settled",
    "达成协议": "settled", "调解达成协议": "settled", "已调处": "settled", "调成": "settled",
    "化解成功": "settled", "已解决": "settled", "和解": "settled", "调解结案": "settled",
    "已结": "settled", "结案": "settled", "办结": "settled", "已办结": "settled",
    "调解不成": "failed", "不成": "failed", "失败": "failed", "调解失败": "failed", "调解不成功": "failed", "不成功": "failed", "未成功": "failed",
    "未达成协议": "failed", "化解不成": "failed", "化解失败": "failed", "调解未成": "failed", "未化解": "failed", "终止调解": "failed",
    "移送": "referred", "移交": "referred", "已移送": "referred", "转办": "referred", "转送": "referred",
    "移送司法": "referred", "引导诉讼": "referred", "已移交": "referred", "移交处理": "referred",
    "撤回": "withdrawn", "撤销": "withdrawn", "撤回申请": "withdrawn", "已撤回": "withdrawn",
    "当事人撤回": "withdrawn", "放弃调解": "withdrawn",
}  # fmt: skip
RESULT_NAMES: Final = {
    OPEN: "调解中", "settled": "调解成功", "failed": "调解不成", "referred": "移送", "withdrawn": "撤回",
}  # fmt: skip
FORMS: Final = {
    "书面": "written", "书面协议": "written", "书面协议书": "written", "协议书": "written",
    "人民调解协议书": "written", "口头": "oral", "口头协议": "oral", "口头约定": "oral",
}  # fmt: skip
FORM_NAMES: Final = {"written": "书面", "oral": "口头"}
PERFORMANCE: Final = {
    "已履行": "done", "履行完毕": "done", "履行完": "done", "已全部履行": "done", "是": "done",
    "当场履行": "done", "即时履行": "done", "全部履行": "done", "履行": "done",
    "履行中": "pending", "未履行": "pending", "待履行": "pending", "部分履行": "pending",
    "正在履行": "pending", "否": "pending", "分期履行": "pending",
}  # fmt: skip
