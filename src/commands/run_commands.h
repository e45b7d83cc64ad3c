#pragma once

// What the commands of the table do (command_table.h).

#include <string>
#include <vector>

#include "commands/screen.h"
#include "commands/session.h"

namespace cairn::commands {

int RunPlan(const Environment& environment, Screen& screen, const std::vector<std::string>& words);
int RunApply(const Environment& environment, Screen& screen, const std::vector<std::string>& words);
int RunDestroy(const Environment& environment, Screen& screen, const std::vector<std::string>& words);
int RunInit(const Environment& environment, Screen& screen, const std::vector<std::string>& words);
int RunGet(const Environment& environment, Screen& screen, const std::vector<std::string>& words);
int RunValidate(const Environment& environment, Screen& screen, const std::vector<std::string>& words);
int RunShow(const Environment& environment, Screen& screen, const std::vector<std::string>& words);
int RunRefresh(const Environment& environment, Screen& screen, const std::vector<std::string>& words);
int RunImport(const Environment& environment, Screen& screen, const std::vector<std::string>& words);
int RunOutput(const Environment& environment, Screen& screen, const std::vector<std::string>& words);
int RunStateList(const Environment& environment, Screen& screen, const std::vector<std::string>& words);
int RunStateShow(const Environment& environment, Screen& screen, const std::vector<std::string>& words);
int RunStatePull(const Environment& environment, Screen& screen, const std::vector<std::string>& words);
int RunMetadataFunctions(const Environment& environment, Screen& screen,
                         const std::vector<std::string>& words);
int RunStateMv(const Environment& environment, Screen& screen, const std::vector<std::string>& words);
int RunStateRm(const Environment& environment, Screen& screen, const std::vector<std::string>& words);
int RunStatePush(const Environment& environment, Screen& screen, const std::vector<std::string>& words);
int RunStateReplaceProvider(const Environment& environment, Screen& screen,
                            const std::vector<std::string>& words);
int RunTaint(const Environment& environment, Screen& screen, const std::vector<std::string>& words);
int RunUntaint(const Environment& environment, Screen& screen, const std::vector<std::string>& words);
int RunForceUnlock(const Environment& environment, Screen& screen, const std::vector<std::string>& words);
int RunFmt(const Environment& environment, Screen& screen, const std::vector<std::string>& words);
int RunConsole(const Environment& environment, Screen& screen, const std::vector<std::string>& words);
int RunGraph(const Environment& environment, Screen& screen, const std::vector<std::string>& words);
int RunModules(const Environment& environment, Screen& screen, const std::vector<std::string>& words);
int RunProviders(const Environment& environment, Screen& screen, const std::vector<std::string>& words);
int RunProvidersLock(const Environment& environment, Screen& screen, const std::vector<std::string>& words);
int RunProvidersMirror(const Environment& environment, Screen& screen, const std::vector<std::string>& words);
int RunProvidersSchema(const Environment& environment, Screen& screen, const std::vector<std::string>& words);
int RunVersion(const Environment& environment, Screen& screen, const std::vector<std::string>& words);
int RunWorkspaceDelete(const Environment& environment, Screen& screen, const std::vector<std::string>& words);
int RunWorkspaceList(const Environment& environment, Screen& screen, const std::vector<std::string>& words);
int RunWorkspaceNew(const Environment& environment, Screen& screen, const std::vector<std::string>& words);
int RunWorkspaceSelect(const Environment& environment, Screen& screen, const std::vector<std::string>& words);
int RunWorkspaceShow(const Environment& environment, Screen& screen, const std::vector<std::string>& words);

}  // namespace cairn::commands
