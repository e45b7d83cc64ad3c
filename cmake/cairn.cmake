# How a folder becomes targets. The suffix of a file says what it is:
#   x.cc        part of the folder's library
#   x_test.cc   part of the folder's test program, <folder>_test
#   x_fuzz.cc   a fuzzer of its own, <x>_fuzz (only where CAIRN_FUZZ is on)
#   x_bench.cc  a benchmark of its own, <x>_bench
#   testing/    fakes and fixtures: the library <folder>_testing, for tests of this folder and those above

find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()

find_package(Threads REQUIRED)
if(CAIRN_STATIC)
  set(OPENSSL_USE_STATIC_LIBS ON)
endif()
find_package(OpenSSL REQUIRED)
# Test packages: without them (run.sh does not install them) there are programs and no tests.
find_package(GTest QUIET)
find_package(benchmark QUIET)

add_compile_options(-Wall -Wextra -Wpedantic -Werror -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual
                    -fno-omit-frame-pointer -ffile-prefix-map=${PROJECT_SOURCE_DIR}=.)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # GCC 12 reports these falsely on inlined std::expected, std::string and coroutine frames.
  add_compile_options(-Wno-maybe-uninitialized -Wno-restrict -Wno-mismatched-new-delete)
elseif(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  # Clang reports what GCC 12's std::stable_sort uses inside; GCC still says what we use ourselves.
  add_compile_options(-Wno-deprecated-declarations)
endif()
if(CAIRN_SANITIZE)
  add_compile_options(-fsanitize=${CAIRN_SANITIZE} -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${CAIRN_SANITIZE})
endif()
if(CAIRN_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()

# The static archive of a Debian library, or its shared one in builds that are not static.
function(cairn_find_library target name)
  if(CAIRN_STATIC)
    set(CMAKE_FIND_LIBRARY_SUFFIXES .a)
  endif()
  find_library(${target}_PATH ${name} REQUIRED)
  add_library(${target} UNKNOWN IMPORTED GLOBAL)
  set_target_properties(${target} PROPERTIES IMPORTED_LOCATION ${${target}_PATH})
endfunction()

# cairn_module(NAME [LIBRARY...]): the folder's library and its tests, fuzzers and benchmarks.
# LIBRARY... is the whole dependency rule of the folder; tests/tree_test.py checks the includes against it.
function(cairn_module name)
  file(GLOB sources CONFIGURE_DEPENDS *.cc)
  file(GLOB tests CONFIGURE_DEPENDS *_test.cc)
  file(GLOB fuzzers CONFIGURE_DEPENDS *_fuzz.cc)
  file(GLOB benches CONFIGURE_DEPENDS *_bench.cc)
  list(REMOVE_ITEM sources "" ${tests} ${fuzzers} ${benches})
  if(sources)
    add_library(${name} STATIC ${sources})
    target_include_directories(${name} PUBLIC ${PROJECT_SOURCE_DIR}/src)
    target_link_libraries(${name} PUBLIC ${ARGN})
  else()
    add_library(${name} INTERFACE)
    target_include_directories(${name} INTERFACE ${PROJECT_SOURCE_DIR}/src)
    target_link_libraries(${name} INTERFACE ${ARGN})
  endif()

  set(testing_libraries ${ARGN})
  list(TRANSFORM testing_libraries APPEND _testing)
  file(GLOB testing CONFIGURE_DEPENDS testing/*.cc)
  if(testing)
    add_library(${name}_testing STATIC EXCLUDE_FROM_ALL ${testing})
    target_link_libraries(${name}_testing PUBLIC ${name})
  else()
    add_library(${name}_testing INTERFACE)
  endif()
  foreach(library ${testing_libraries})
    if(TARGET ${library})
      target_link_libraries(${name}_testing INTERFACE ${library})
    endif()
  endforeach()

  if(tests AND GTest_FOUND)
    add_executable(${name}_test ${tests})
    target_link_libraries(${name}_test PRIVATE ${name}_testing ${name} GTest::gmock_main)
    if(CAIRN_SANITIZE)
      target_compile_options(${name}_test PRIVATE -O0) # half the time of the compiler, most of which goes into tests
    endif()
    add_test(NAME ${name} COMMAND ${name}_test)
    set_tests_properties(${name} PROPERTIES LABELS unit TIMEOUT 120
      ENVIRONMENT "CAIRN_SOURCE_DIR=${PROJECT_SOURCE_DIR};CAIRN_BIN_DIR=${CMAKE_RUNTIME_OUTPUT_DIRECTORY}")
  endif()
  if(CAIRN_FUZZ)
    foreach(fuzzer ${fuzzers})
      get_filename_component(program ${fuzzer} NAME_WE)
      add_executable(${program} ${fuzzer})
      target_link_libraries(${program} PRIVATE ${name}_testing ${name})
      target_link_options(${program} PRIVATE -fsanitize=fuzzer)
    endforeach()
  endif()
  if(benchmark_FOUND)
    foreach(bench ${benches})
      get_filename_component(program ${bench} NAME_WE)
      add_executable(${program} EXCLUDE_FROM_ALL ${bench})
      target_link_libraries(${program} PRIVATE ${name} benchmark::benchmark_main)
    endforeach()
  endif()
endfunction()

# cairn_program(NAME FILE LIBRARY...): the program build/bin/NAME, of the target NAME-program.
function(cairn_program name file)
  set(target ${name}-program)
  add_executable(${target} ${file})
  set_target_properties(${target} PROPERTIES OUTPUT_NAME ${name})
  target_link_libraries(${target} PRIVATE ${ARGN})
  if(CAIRN_STATIC AND NOT CAIRN_SANITIZE)
    target_link_options(${target} PRIVATE -static -Wl,--gc-sections $<$<CONFIG:Release>:-s>)
  endif()
endfunction()
