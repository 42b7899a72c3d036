# The unikernel flowstream-pvh.elf. Included by vm-images/Makefile, whose PORTABLE, rule and objects it uses.
#
# Set-up runs once: it is compiled for size, which under TCG means for fewer instructions to translate. What runs for
# each packet or round is compiled for speed, as the engine is.
PVH := platform/pvh
PVH_SOURCES := $(sort $(wildcard $(PVH)/*.c $(PVH)/boot/*.c $(PVH)/ring0/*.c $(PVH)/machine/*.c $(PVH)/virtio/*.c $(PVH)/xen/*.c))
# What works on traces, and what tests the engine, is the process build's alone (docs/contracts.md 8).
PVH_PORTABLE := $(filter-out elements/trace/% elements/test/%,$(PORTABLE))
# What runs for few packets, or prints, is compiled for size too: the runtime with all classes has its limit.
PVH_RARE := $(addprefix net/,address6.c script%.c config_text.c contents.c decimal.c fragment6.c icmp_names.c icmp_translate.c held_fragments.c igmp.c ipfix.c \
	ip_options.c ipsum%.c match_text.c md5.c nat_fragments.c nat_pattern.c nd.c ppp%.c protocols.c quantity.c reader.c values.c) elements/control/%.c elements/basic/Print.c elements/basic/RatedSource.c \
	elements/basic/TimedSource.c elements/analysis/AggregateCounter.c \
	$(addprefix elements/ethernet/,ARPQuerier.c ARPPrint.c ARPResponder.c ARPFaker.c) \
	$(addprefix elements/ip/,ICMPError.c ICMPPing%.c IPFragmenter.c IPGWOptions.c IPPrint.c IPReassembler.c) \
	$(addprefix elements/ip6/,ICMP6Error.c IP6Fragmenter.c IP6ND%.c IP6Print.c) $(addprefix elements/rewriter/,FTPPortMapper.c ICMPRewriter.c ICMPPingRewriter.c) elements/tunnel/PPPoEServer.c
PVH_FAST := $(PVH)/boot/libc.c $(PVH)/virtio/queue.c $(PVH)/virtio/net.c $(PVH)/xen/netfront.c $(PVH)/main.c \
	$(addprefix engine/,clock.c device.c drop.c move.c pool.c run.c signal.c task.c timer.c) \
	$(filter-out $(PVH_RARE),$(filter net/% elements/%,$(PVH_PORTABLE)))
PVH_ASSEMBLY := $(filter-out $(PVH)/firmware/%,$(sort $(wildcard $(PVH)/*/*.S)))
PVH_LAYOUT := $(PVH)/boot/layout.lds

# General registers only: an SSE instruction costs TCG ten times as much to translate as a word's move.
# Link-time optimisation saves calls between files, and so blocks for TCG to translate; with gcc only (clang needs lld).
PVH_LTO := $(if $(filter clang%,$(notdir $(CC))),,-flto=1 -flto-partition=one)
# What does not fit the one byte of FS_DOC is warned of by a flag without a name; the process build warns of all else there.
PVH_FLAGS = $(PVH_LTO) -DFS_WITHOUT_DOCS $(if $(filter-out $(PVH)/tests/%,$(filter platform/%,$<)),,-w) -fno-strict-aliasing -ffunction-sections -fdata-sections -ffreestanding -fbuiltin -fno-pic -mcmodel=small \
	-mgeneral-regs-only -fno-stack-protector -fno-asynchronous-unwind-tables -fcf-protection=none -I$(PVH)/ring0 \
	'-DFS_CLASS_SECTION(symbol)="fs_classes." \#symbol'
PVH_LINK := $(PVH_LTO) -O2 -nostdlib -static $(if $(filter clang%,$(notdir $(CC))),,-no-pie) -Wl,--gc-sections -Wl,--build-id=none -Wl,-z,max-page-size=16 \
	-Wl,-z,noexecstack -Wl,-T,$(PVH_LAYOUT)

# Functions, jumps and loops need not begin on lines of 16 bytes: with all classes that is 20 KB of nothing. Small functions
# are inlined where they have at most 11 instructions, by gcc's count, and not 15: 9 KB, and no time that bench can measure.
# (gcc's own flags.)
PVH_ALIGN := $(if $(filter clang%,$(notdir $(CC))),,-falign-functions=1 -falign-jumps=1 -falign-loops=1 --param=max-inline-insns-auto=11)
# memset() must not become a call of memset(); the second flag is gcc's own.
PVH_FAST_FLAGS = -O2 $(PVH_ALIGN) $(PVH_FLAGS) $(if $(filter %/libc.o,$@),-fno-builtin $(if $(PVH_LTO),-fno-tree-loop-distribute-patterns))
$(eval $(call rule,pvh,$$(PVH_FAST_FLAGS)))
PVH_SETUP_FLAGS = -Os $(PVH_FLAGS)
$(eval $(call rule,pvh-setup,$$(PVH_SETUP_FLAGS)))

$(OUT)/obj/$(notdir $(CC))-pvh/%.o: %.S $(BUILD)
	$(quiet)mkdir -p $(@D)
	$(quiet)$(CC) -I$(PVH)/ring0 -MMD -MP -c -o $@ $<

PVH_OBJECTS := $(call objects,pvh,$(PVH_FAST)) \
	$(call objects,pvh-setup,$(filter-out $(PVH_FAST),$(PVH_SOURCES) $(PVH_PORTABLE))) \
	$(patsubst %.S,$(OUT)/obj/$(notdir $(CC))-pvh/%.o,$(PVH_ASSEMBLY))

$(PVH_OBJECTS): $(PVH)/build.mk

# The compact runtime: the same without the classes that compact.classes does not name (docs/contracts.md 3). Each name
# must have its file: make knows no rule for one that has not.
PVH_COMPACT_NAMES := $(shell cat $(PVH)/compact.classes)
PVH_COMPACT_SOURCES := $(foreach name,$(PVH_COMPACT_NAMES),$(or $(wildcard elements/*/$(name).c),elements/no-such-class/$(name).c))
PVH_COMPACT_OBJECTS = $(filter-out $(foreach kind,pvh pvh-setup,$(call objects,$(kind),$(filter-out $(PVH_COMPACT_SOURCES),$(filter elements/%,$(PVH_PORTABLE))))),$(PVH_OBJECTS)) \
	$(call objects,pvh,$(filter elements/no-such-class/%,$(PVH_COMPACT_SOURCES)))

# The firmware that starts it on QEMU's `pc`: 64 KiB, most of them empty.
PVH_ROM := $(OUT)/obj/$(notdir $(CC))-pvh/$(PVH)/firmware/rom.o
$(PVH_ROM): $(PVH)/build.mk
$(OUT)/flowstream-pvh.rom: $(PVH_ROM)
	$(quiet)$(CC) -nostdlib -static $(if $(filter clang%,$(notdir $(CC))),,-no-pie) -Wl,--build-id=none -Wl,-Ttext=0xf0000 -Wl,-e,0xffff0 -Wl,--oformat=binary -o $@ $<

all: $(OUT)/flowstream-pvh.rom $(OUT)/flowstream-pvh.elf $(OUT)/flowstream-pvh-compact.elf $(OUT)/compact.classes
# The unstripped ones are for debuggers.
$(OUT)/flowstream-pvh.debug: $(PVH_OBJECTS) $(PVH_LAYOUT)
	$(quiet)$(CC) $(PVH_LINK) -o $@ $(PVH_OBJECTS) -lgcc
$(OUT)/flowstream-pvh-compact.debug: $(PVH_COMPACT_OBJECTS) $(PVH_LAYOUT) $(PVH)/compact.classes
	$(quiet)$(CC) $(PVH_LINK) -o $@ $(PVH_COMPACT_OBJECTS) -lgcc
$(OUT)/%.elf: $(OUT)/%.debug
	$(quiet)objcopy --strip-all $< $@
$(OUT)/compact.classes: $(PVH)/compact.classes
	$(quiet)cp $< $@

# The same with an element that trespasses, for the tests alone.
PVH_SELFTEST := $(call objects,pvh,$(PVH)/tests/Trespass.c)
$(OUT)/flowstream-pvh-selftest.elf: $(PVH_OBJECTS) $(PVH_SELFTEST) $(PVH_LAYOUT)
	$(quiet)$(CC) $(PVH_LINK) -o $@ $(PVH_OBJECTS) $(PVH_SELFTEST) -lgcc
	$(quiet)objcopy --strip-all $@

# Boots machines: needs qemu-system-x86_64 and python3, no privileges. Uses KVM where /dev/kvm can be opened, and Xen where
# a hypervisor's file is at hand.
.PHONY: check-vm
check-vm: $(OUT)/flowstream-pvh.rom $(OUT)/flowstream-pvh.elf $(OUT)/flowstream-pvh-selftest.elf
	$(quiet)python3 $(PVH)/tests/boot_test.py $(OUT)/flowstream-pvh.elf $(OUT)/flowstream-pvh-selftest.elf $(TESTS)
	$(quiet)python3 $(PVH)/tests/xen_test.py $(OUT)/flowstream-pvh.elf $(OUT)/flowstream-pvh-selftest.elf $(TESTS)
	$(quiet)python3 $(PVH)/tests/swap_test.py $(OUT)/flowstream-pvh.elf $(OUT)/flowstream-pvh-selftest.elf $(TESTS)
