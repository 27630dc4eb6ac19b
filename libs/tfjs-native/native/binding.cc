// The Node-API side: run(kernel, arrays, numbers), buffers, and settings. Several threads of Node may
// call at once, each with a number of threads of its own; the other settings are one for all.
#include <node_api.h>

#include <cstring>
#include <exception>
#include <new>
#include <string>
#include <vector>

#include "dispatch.h"
#include "memory.h"
#include "pack_cache.h"
#include "threads.h"

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#endif

namespace {

using namespace minchat;

// `code` as Node's own errors have it.
napi_value fail(napi_env env, const std::string& message, const char* code = nullptr) {
  napi_throw_error(env, code, message.c_str());
  return nullptr;
}

std::string text(napi_env env, napi_value value) {
  char buffer[64];
  size_t length = 0;
  if (napi_get_value_string_utf8(env, value, buffer, sizeof buffer, &length) != napi_ok) return "";
  return std::string(buffer, length);
}

// The data of a typed array; null for null or undefined.
bool data_of(napi_env env, napi_value value, void** data) {
  napi_valuetype type;
  napi_typeof(env, value, &type);
  *data = nullptr;
  if (type == napi_null || type == napi_undefined) return true;
  return napi_get_typedarray_info(env, value, nullptr, nullptr, data, nullptr, nullptr) == napi_ok;
}

#ifdef __SANITIZE_ADDRESS__
// While a kernel runs, the rest of the buffer behind an array is out of bounds: buffers are rounded up.
class Fence {
 public:
  void put(napi_env env, napi_value array) {
    size_t length, from, size;
    napi_typedarray_type type;
    napi_value buffer;
    void *data, *base;
    if (napi_get_typedarray_info(env, array, &type, &length, &data, &buffer, &from) != napi_ok) return;
    napi_get_arraybuffer_info(env, buffer, &base, &size);
    const size_t end = from + length * size_of(type);
    rests_.push_back({static_cast<char*>(base) + end, size - end});
  }
  void raise() { for (const Rest& rest : rests_) __asan_poison_memory_region(rest.behind, rest.bytes); }
  ~Fence() { for (const Rest& rest : rests_) __asan_unpoison_memory_region(rest.behind, rest.bytes); }

 private:
  static size_t size_of(napi_typedarray_type type) {
    switch (type) {
      case napi_int8_array: case napi_uint8_array: case napi_uint8_clamped_array: return 1;
      case napi_int16_array: case napi_uint16_array: return 2;
      case napi_int32_array: case napi_uint32_array: case napi_float32_array: return 4;
      default: return 8;
    }
  }
  struct Rest {
    void* behind;
    size_t bytes;
  };
  std::vector<Rest> rests_;
};
#endif

// run(name: string, arrays: (TypedArray | null)[], numbers: number[])
napi_value run(napi_env env, napi_callback_info info) {
  size_t argc = 3;
  napi_value argv[3];
  napi_get_cb_info(env, info, &argc, argv, nullptr, nullptr);
  uint32_t arrays = 0, count = 0;
  if (argc < 3 || napi_get_array_length(env, argv[1], &arrays) != napi_ok || napi_get_array_length(env, argv[2], &count) != napi_ok)
    return fail(env, "run(name, arrays, numbers): wrong arguments");
  std::vector<void*> data(arrays);
  std::vector<double> numbers(count);
#ifdef __SANITIZE_ADDRESS__
  Fence fence;
#endif
  for (uint32_t i = 0; i < arrays; i++) {
    napi_value element;
    napi_get_element(env, argv[1], i, &element);
    if (!data_of(env, element, &data[i])) return fail(env, "run: argument " + std::to_string(i) + " is no typed array");
#ifdef __SANITIZE_ADDRESS__
    fence.put(env, element);
#endif
  }
  for (uint32_t i = 0; i < count; i++) {
    napi_value element;
    napi_get_element(env, argv[2], i, &element);
    if (napi_get_value_double(env, element, &numbers[i]) != napi_ok) return fail(env, "run: number " + std::to_string(i) + " is no number");
  }
  const std::string name = text(env, argv[0]);
  const Kernel kernel = find_kernel(name.c_str());
  if (kernel == nullptr) return fail(env, "run: no kernel " + name);
  try {
#ifdef __SANITIZE_ADDRESS__
    fence.raise();
#endif
    kernel(data.data(), numbers.data());
  } catch (const std::bad_alloc&) {
    return fail(env, name + ": out of memory", "ENOMEM");
  } catch (const std::exception& error) {
    return fail(env, name + ": " + error.what());
  }
  return nullptr;
}

struct Given {
  void* data;
  size_t bytes;
};

// allocate(bytes): an ArrayBuffer on a cache line; its memory goes back to the pool when it is collected.
napi_value allocate(napi_env env, napi_callback_info info) {
  size_t argc = 1;
  napi_value argv[1], buffer;
  napi_get_cb_info(env, info, &argc, argv, nullptr, nullptr);
  double bytes = 0;
  if (argc < 1 || napi_get_value_double(env, argv[0], &bytes) != napi_ok || bytes < 0) return fail(env, "allocate(bytes): wrong argument");
  Given* given = new Given{nullptr, static_cast<size_t>(bytes)};
  try {
    given->data = take_buffer(given->bytes);
  } catch (const std::bad_alloc&) {
    delete given;
    return fail(env, "allocate: out of memory", "ENOMEM");
  }
  const auto finalize = [](napi_env, void* data, void* hint) {
    Given* g = static_cast<Given*>(hint);
    end_packing(data);
    give_buffer(data, g->bytes);
    delete g;
  };
  if (napi_create_external_arraybuffer(env, given->data, given->bytes, finalize, given, &buffer) != napi_ok) {
    give_buffer(given->data, given->bytes);
    delete given;
    return fail(env, "allocate: this Node does not take external buffers");
  }
  begin_packing(given->data);
  return buffer;
}

// forget(array): its content has changed, or it is given up.
napi_value forget(napi_env env, napi_callback_info info) {
  size_t argc = 1;
  napi_value argv[1];
  napi_get_cb_info(env, info, &argc, argv, nullptr, nullptr);
  void* data;
  if (argc < 1 || !data_of(env, argv[0], &data)) return fail(env, "forget(array): wrong argument");
  forget_packed(data);
  return nullptr;
}

// configure({ threads?, bf16?, instructionSet? })
napi_value configure(napi_env env, napi_callback_info info) {
  size_t argc = 1;
  napi_value argv[1], value;
  napi_get_cb_info(env, info, &argc, argv, nullptr, nullptr);
  if (argc < 1) return fail(env, "configure(options): wrong argument");
  int32_t count;
  if (napi_get_named_property(env, argv[0], "threads", &value) == napi_ok && napi_get_value_int32(env, value, &count) == napi_ok) set_threads(count);
  bool bf16;
  if (napi_get_named_property(env, argv[0], "bf16", &value) == napi_ok && napi_get_value_bool(env, value, &bf16) == napi_ok) multiply_in_bf16 = bf16;
  if (napi_get_named_property(env, argv[0], "instructionSet", &value) == napi_ok) {
    const std::string name = text(env, value);
    if (!name.empty() && !choose_set(name.c_str())) return fail(env, "this machine does not have " + name);
  }
  return nullptr;
}

void set_number(napi_env env, napi_value object, const char* name, double x) {
  napi_value value;
  napi_create_double(env, x, &value);
  napi_set_named_property(env, object, name, value);
}

// information(): { instructionSet, instructionSets, threads, bf16, usedBytes, idleBytes }
napi_value information(napi_env env, napi_callback_info) {
  napi_value object, list, value;
  napi_create_object(env, &object);
  napi_create_string_utf8(env, current_set().name, NAPI_AUTO_LENGTH, &value);
  napi_set_named_property(env, object, "instructionSet", value);
  napi_create_array(env, &list);
  uint32_t index = 0;
  for (const InstructionSet* set : available_sets()) {
    napi_create_string_utf8(env, set->name, NAPI_AUTO_LENGTH, &value);
    napi_set_element(env, list, index++, value);
  }
  napi_set_named_property(env, object, "instructionSets", list);
  napi_get_boolean(env, multiply_in_bf16 && current_set().bf16, &value);
  napi_set_named_property(env, object, "bf16", value);
  set_number(env, object, "threads", threads());
  set_number(env, object, "usedBytes", static_cast<double>(buffers_used()));
  set_number(env, object, "idleBytes", static_cast<double>(buffers_idle()));
  return object;
}

napi_value init(napi_env env, napi_value exports) {
  const struct {
    const char* name;
    napi_callback call;
  } functions[] = {{"run", run}, {"allocate", allocate}, {"forget", forget}, {"configure", configure}, {"information", information}};
  for (const auto& f : functions) {
    napi_value value;
    napi_create_function(env, f.name, NAPI_AUTO_LENGTH, f.call, nullptr, &value);
    napi_set_named_property(env, exports, f.name, value);
  }
  return exports;
}

}  // namespace

NAPI_MODULE(minchat_native, init)
